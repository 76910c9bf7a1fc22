using System.Collections.Concurrent;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Faults;

/// <summary>
/// A failure destination that is slow, busy or down; never so often in a row that a mapping gives up on it, since what it
/// then gives up is lost by the rules, not by mistake.
/// </summary>
internal sealed class FaultyDestination(IFailureDestination inner, FaultPlan plan, TimeProvider time) : IFailureDestination
{
    private const int MostInARow = 2;

    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);

    public async Task SendAsync(string destinationArn, FailureDocument document, CancellationToken cancellationToken)
    {
        if (_failures.GetValueOrDefault(document.S3Key) < MostInARow)
        {
            try
            {
                await DestinationFaults.BeforeAsync(plan, destinationArn, time, cancellationToken);
            }
            catch (InjectedFaultException)
            {
                _failures.AddOrUpdate(document.S3Key, 1, (_, count) => count + 1);
                throw;
            }
        }

        await inner.SendAsync(destinationArn, document, cancellationToken);
        _failures.TryRemove(document.S3Key, out _);
    }
}
