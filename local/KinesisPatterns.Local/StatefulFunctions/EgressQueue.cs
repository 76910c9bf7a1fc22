using System.Text;
using System.Threading.Channels;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>Records on their way from functions to streams, in order. A checkpoint waits until those before it have arrived.</summary>
internal sealed class EgressQueue(KinesisService kinesis, IReadOnlyList<ModuleEgress> egresses, Caller? role)
{
    private static readonly TimeSpan AfterThrottle = TimeSpan.FromMilliseconds(100);

    private readonly Channel<EgressMessage> _waiting = Channel.CreateUnbounded<EgressMessage>(new() { SingleReader = true });
    private readonly Pulse _progress = new();
    private long _added;
    private long _sent;

    /// <summary>How many are on their way.</summary>
    public long Waiting => Interlocked.Read(ref _added) - Interlocked.Read(ref _sent);

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

    /// <exception cref="CallFailedException">A record cannot be sent.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var message in _waiting.Reader.ReadAllAsync(cancellation))
        {
            await SendAsync(message, cancellation);
            Interlocked.Increment(ref _sent);
            _progress.Fire();
        }
    }

    private async Task SendAsync(EgressMessage message, CancellationToken cancellation)
    {
        if (egresses.All(e => e.Id != message.Egress.ToString()))
        {
            throw new CallFailedException($"the module has no egress {message.Egress}; it has {string.Join(", ", egresses.Select(e => e.Id))}");
        }

        var record = Record(message);
        var stream = kinesis.TryGet(record.Stream) ?? throw new CallFailedException($"{message.Egress}: there is no stream '{record.Stream}'");
        if (role is not null && KinesisRights.WriteRefusal(role, stream) is { } refusal)
        {
            throw new CallFailedException(refusal);
        }

        UInt128? hash = record.ExplicitHashKey is { } key ? UInt128.Parse(key, System.Globalization.CultureInfo.InvariantCulture) : null;
        while (stream.Put(record.PartitionKey, record.Data.Span, hash).IsThrottled)
        {
            await Task.Delay(AfterThrottle, cancellation);
        }
    }

    private static KinesisPatterns.StateFun.Testing.KinesisRecord Record(EgressMessage message)
    {
        try
        {
            var record = message.AsKinesis();
            if (record.PartitionKey.Length is < 1 or > 256)
            {
                throw new InvalidOperationException($"{message.Egress}: expected a partition key of 1 to 256 characters, got {record.PartitionKey.Length}");
            }

            var bytes = record.Data.Length + Encoding.UTF8.GetByteCount(record.PartitionKey);
            return bytes <= Context.MaximumKinesisRecordBytes
                ? record
                : throw new InvalidOperationException($"{message.Egress}: expected a record of at most {Context.MaximumKinesisRecordBytes:N0} bytes with its partition key, got {bytes:N0}");
        }
        catch (InvalidOperationException error)
        {
            throw new CallFailedException(error.Message);
        }
    }
}
