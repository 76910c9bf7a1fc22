using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Ledger;

namespace KinesisPatterns.Local.Simulation;

/// <summary>A failure destination that looks into what it gets.</summary>
/// <param name="plan">Decides when it is down; never so long that a mapping gives up on it.</param>
/// <param name="observer">Is told of what was kept.</param>
/// <param name="dataOf">What was put under a sequence number.</param>
internal sealed class SimulatedDestination(FaultPlan plan, LedgerObserver observer, Func<string, byte[]> dataOf) : IFailureDestination
{
    public const string Arn = "arn:aws:s3:::failures";

    private bool _wasDown;

    /// <summary>What is wrong with documents that came here.</summary>
    public List<string> Problems { get; } = [];

    public Task SendAsync(string destinationArn, FailureDocument document, CancellationToken cancellationToken)
    {
        _wasDown = !_wasDown && plan.Draw(FaultKind.Unavailable, destinationArn) is not null;
        if (_wasDown)
        {
            throw new DestinationException(FaultKind.Unavailable);
        }

        var records = FailedRecords.Of(document);
        if (records.Count != document.RecordCount)
        {
            Problems.Add($"{document.S3Key} stands for {document.RecordCount} records and holds {records.Count}");
        }

        foreach (var (_, _, number, data) in records.Where(r => !dataOf(r.SequenceNumber).AsSpan().SequenceEqual(r.Data)))
        {
            Problems.Add($"{document.S3Key} holds {number} with {data.Length} other bytes than were put");
        }

        observer.Kept(document);
        return Task.CompletedTask;
    }
}
