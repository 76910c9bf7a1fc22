using System.Threading.Channels;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>
/// Records on their way from functions to streams, in order but for those that are refused and sent again. A checkpoint waits until those before it
/// have arrived.
/// </summary>
internal sealed class EgressQueue(KinesisService kinesis, IReadOnlyList<ModuleEgress> egresses, Caller? role, FaultPlan? faults = null)
{
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
    private const int RecordsAtOnce = 500;

    private const double RefusedOfPartial = 0.5;

    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly Channel<EgressMessage> _waiting = Channel.CreateUnbounded<EgressMessage>(new() { SingleReader = true });
    private readonly Pulse _progress = new();

    // What is being sent: whoever stops in the middle of it begins with it again.
    private readonly List<EgressMessage> _batch = [];
    private long _added;
    private long _sent;

    /// <summary>How many are on their way.</summary>
    public long Waiting => Interlocked.Read(ref _added) - Sent;

    /// <summary>How many have arrived.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Takes messages; whoever calls sees to it that nobody does at the same time.</summary>
    public void Add(IReadOnlyList<EgressMessage> messages)
    {
        foreach (var message in messages)
        {
            Interlocked.Increment(ref _added);
            _waiting.Writer.TryWrite(message);
        }
    }

    /// <summary>Waits until everything that was added before has arrived.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        var last = Interlocked.Read(ref _added);
        while (true)
        {
            var progress = _progress.Next();
            if (Sent >= last)
            {
                return;
            }

            await progress.WaitAsync(cancellation);
        }
    }

    /// <summary>Sends what comes; after it was cancelled it may be called once more.</summary>
    /// <exception cref="CallFailedException">A record cannot be sent.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (_batch.Count > 0 || await _waiting.Reader.WaitToReadAsync(cancellation))
        {
            while (_batch.Count < RecordsAtOnce && _waiting.Reader.TryRead(out var message))
            {
                _batch.Add(message);
            }

            foreach (var of in _batch.GroupBy(m => m.Egress.ToString()))
            {
                await SendAsync(StreamOf(of.Key), of.Key, [.. of.Select(EgressRecord.Of)], cancellation);
            }

            Interlocked.Add(ref _sent, _batch.Count);
            _batch.Clear();
            _progress.Fire();
        }
    }

    private KinesisStream StreamOf(string egress)
    {
        var described = egresses.FirstOrDefault(e => e.Id == egress)
            ?? throw new CallFailedException($"the module has no egress {egress}; it has {string.Join(", ", egresses.Select(e => e.Id))}");
        return kinesis.TryGet(described.Stream) ?? throw new CallFailedException($"{egress}: there is no stream '{described.Stream}'");
    }

    // As a producer does it: what a call did not take, or nobody knows whether it did, is sent again.
    private async Task SendAsync(KinesisStream stream, string egress, List<EgressRecord> records, CancellationToken cancellation)
    {
        var site = $"egress {egress}";
        foreach (var record in records)
        {
            record.Check(egress);
        }

        while (true)
        {
            if (role is not null && KinesisRights.WriteRefusal(role, stream) is { } refusal)
            {
                throw new CallFailedException(refusal);
            }

            if (faults?.Draw(FaultKind.Slow, site) is { } slow)
            {
                await Task.Delay(slow.Between(Quick, Slow), cancellation);
            }

            if (faults?.Draw(FaultKind.Throttled, site) is null && faults?.Draw(FaultKind.Unavailable, site) is null)
            {
                var part = faults?.Draw(FaultKind.Partial, site);
                var refused = records.Where((record, i) => part?.Share(10 + i) < RefusedOfPartial || !record.Put(stream)).ToList();
                records = faults?.Draw(FaultKind.LostAnswer, site) is null ? refused : records;
            }

            if (records.Count == 0)
            {
                return;
            }

            await Task.Delay(AfterRefusal, cancellation);
        }
    }
}
