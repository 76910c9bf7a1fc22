using System.Globalization;
using System.IO.Compression;
using System.Text;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Firehose;

/// <summary>A record on its way to S3; one that was put directly has no shard.</summary>
internal readonly record struct DeliveryRecord(ReadOnlyMemory<byte> Data, DateTimeOffset Arrival, string? ShardId = null, long Counter = 0);

/// <summary>Buffers records and writes them to a bucket when the buffer is full or old enough; again, until that succeeds.</summary>
internal sealed class DeliveryStream(
    string name, DeliverySettings settings, Bucket bucket, Transform? transform, TimeProvider clock,
    HostState? state = null, FaultPlan? faults = null) : IDisposable
{
    // Firehose tries S3 again for up to 24 hours: https://docs.aws.amazon.com/firehose/latest/dev/retry.html
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private const int AttemptsAtTheEnd = 8;

    private readonly DeliveryLog? _log = state is null ? null : new(state, name);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Lock _lock = new();
    private List<DeliveryRecord> _buffer = [];
    private long _bytes;
    private long _received;
    private long _delivered;
    private long _failed;
    private long _dropped;
    private DateTimeOffset _oldest;
    private volatile Exception? _error;

    /// <summary>Why the last attempt to write failed; null when it did not.</summary>
    public Exception? Error => _error;

    public string Name => name;

    public string Arn { get; init; } = "";

    public string BucketName => bucket.Name;

    /// <summary>What the delivery stream's role may do; null when permissions are not enforced.</summary>
    public Caller? Role { get; init; }

    /// <summary>The log stream that errors go to; null when there is none.</summary>
    public string? LogStreamArn { get; init; }

    public long Received => Interlocked.Read(ref _received);

    /// <summary>Records in objects under the prefix.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Records in objects under the error prefix.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Records that the transform chose to drop.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes back what was put directly and not written when the last run ended.</summary>
    public void Restore()
    {
        foreach (var record in _log?.Direct ?? [])
        {
            Take(record);
        }
    }

    /// <summary>Where to go on in a shard of the source; null when nothing of it was written.</summary>
    public long? NextIn(Shard shard) => _log?.NextIn(shard.Id);

    public async Task AddAsync(DeliveryRecord record, CancellationToken cancellation)
    {
        bool isFull;
        lock (_lock)
        {
            if (record.ShardId is null)
            {
                _log?.Keep(record);
            }

            isFull = Take(record);
        }

        Interlocked.Increment(ref _received);

        // A bucket that is down holds up who fills the buffer.
        for (var attempt = 0; isFull && !await TryFlushAsync(cancellation); attempt++)
        {
            await BackOff.WaitAsync(attempt, FirstRetry, LongestRetry, clock, cancellation);
        }
    }

    public Task FlushIfOldAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_buffer.Count == 0 || clock.GetUtcNow() - _oldest < settings.Interval)
            {
                return Task.CompletedTask;
            }
        }

        return TryFlushAsync(cancellation);
    }

    /// <summary>Writes what is buffered, the sooner the better; an error that stays is told by <see cref="Error"/>.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        // What the role may not do it may not do at the next attempt either.
        for (var attempt = 0; !await TryFlushAsync(cancellation) && attempt < AttemptsAtTheEnd && _error is not LocalHostException; attempt++)
        {
            await BackOff.WaitAsync(attempt, FirstRetry, LongestRetry, clock, cancellation);
        }
    }

    public void Dispose() => _writing.Dispose();

    private bool Take(DeliveryRecord record)
    {
        lock (_lock)
        {
            if (_buffer.Count == 0)
            {
                _oldest = clock.GetUtcNow();
            }

            _buffer.Add(record);
            _bytes += record.Data.Length;
            return _bytes >= settings.Size;
        }
    }

    // False when the bucket did not take it: the records are in the buffer again.
    private async Task<bool> TryFlushAsync(CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            List<DeliveryRecord> records;
            lock (_lock)
            {
                (records, _buffer) = (_buffer, []);
                _bytes = 0;
            }

            return records.Count == 0 || await TryDeliverAsync(records, cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<bool> TryDeliverAsync(List<DeliveryRecord> records, CancellationToken cancellation)
    {
        try
        {
            await DestinationFaults.BeforeAsync(faults, $"firehose {name}", clock, cancellation);
            await DeliverAsync(records, cancellation);
            _log?.Written(records);
            _error = null;
            return true;
        }
        catch (Exception error)
        {
            _error = error;
            lock (_lock)
            {
                _buffer.InsertRange(0, records);
                _bytes += records.Sum(r => (long)r.Data.Length);
            }

            if (error is OperationCanceledException)
            {
                throw;
            }

            return false;
        }
    }

    private async Task DeliverAsync(List<DeliveryRecord> records, CancellationToken cancellation)
    {
        var arrival = records.Min(r => r.Arrival);
        if (transform is null)
        {
            await WriteAsync(Prefix.Of(settings.Prefix, arrival), records.Select(r => r.Data), settings.Delimiter, cancellation);
            Interlocked.Add(ref _delivered, records.Count);
            return;
        }

        var result = await transform.ApplyAsync(records, cancellation);
        if (result.Good.Count > 0)
        {
            await WriteAsync(Prefix.Of(settings.Prefix, arrival), result.Good, settings.Delimiter, cancellation);
        }

        if (result.Failed.Count > 0)
        {
            await WriteAsync(Prefix.Of(settings.ErrorPrefix, arrival, "processing-failed"), result.Failed, "\n", cancellation);
        }

        Interlocked.Add(ref _delivered, result.Good.Count);
        Interlocked.Add(ref _failed, result.Failed.Count);
        Interlocked.Add(ref _dropped, records.Count - result.Good.Count - result.Failed.Count);
    }

    // https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
    private Task<ObjectInfo> WriteAsync(string prefix, IEnumerable<ReadOnlyMemory<byte>> records, string delimiter, CancellationToken cancellation)
    {
        var key = $"{prefix}{name}-1-{clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd-HH-mm-ss", CultureInfo.InvariantCulture)}-{Guid.NewGuid()}{(settings.Gzip ? ".gz" : "")}";
        try
        {
            S3Rights.DemandPut(Role, bucket.Name, key);
        }
        catch (AccessDeniedException denied)
        {
            // https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
            if (LogStreamArn is not null)
            {
                Role?.Refusal("logs:PutLogEvents", LogStreamArn);
            }

            throw new LocalHostException($"{name}: S3.AccessDenied: {denied.Message}", denied);
        }

        return bucket.PutAsync(key, Content(records, Encoding.UTF8.GetBytes(delimiter)), cancellation);
    }

    private byte[] Content(IEnumerable<ReadOnlyMemory<byte>> records, byte[] delimiter)
    {
        using var content = new MemoryStream();
        using (var target = settings.Gzip ? new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true) : (Stream)content)
        {
            foreach (var record in records)
            {
                target.Write(record.Span);
                target.Write(delimiter);
            }
        }

        return content.ToArray();
    }
}
