using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Kinesis Data Streams in this process: streams in memory behind the AWS wire protocol.</summary>
internal sealed class KinesisService : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, KinesisStream> _streams = new(StringComparer.Ordinal);
    private readonly ITimer _trim;
    private readonly ITimer _scale;

    public KinesisService(KinesisOptions options)
    {
        Options = options;
        foreach (var stored in options.Store?.Load() ?? [])
        {
            _streams[stored.Name] = new(stored, options);
        }

        _trim = options.Time.CreateTimer(_ => Trim(), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        _scale = options.Time.CreateTimer(_ => Scale(), null, options.OnDemandObservation, options.OnDemandObservation);
        Rates = options.EnforceCallRates ? new() : null;
    }

    public KinesisOptions Options { get; }

    /// <summary>The streams, in no particular order.</summary>
    public IReadOnlyCollection<KinesisStream> Streams => [.. _streams.Values];

    internal long Now => Options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Settings of the account that DescribeAccountSettings shows.</summary>
    internal string BillingCommitment { get; set; } = "DISABLED";

    internal Subscriptions Subscriptions { get; } = new();

    internal CallRates? Rates { get; }

    internal ConcurrentDictionary<string, string> Policies { get; } = new(StringComparer.Ordinal);

    /// <summary>Creates a stream, which is active at once.</summary>
    public KinesisStream CreateStream(string name, StreamSettings settings)
    {
        new Constraints().Name("StreamName", name).Range("ShardCount", settings.Shards, 1, 10_000).Enforce();
        var stream = new KinesisStream(name, settings, Options);
        return _streams.TryAdd(name, stream)
            ? stream
            : throw KinesisException.InUse($"Stream {name} under account {Options.AccountId} already exists.");
    }

    /// <summary>Adds a consumer with enhanced fan-out, which is active at once.</summary>
    public StreamConsumer AddConsumer(string streamArn, string name, DateTimeOffset createdAt)
    {
        var stream = Find(null, streamArn);
        var consumer = new StreamConsumer(stream, name, createdAt, createdAt);
        lock (stream.Gate)
        {
            if (stream.Consumers.Find(c => c.Arn == consumer.Arn) is { } kept)
            {
                return kept;
            }

            stream.Consumers.Add(consumer);
        }

        return consumer;
    }

    /// <summary>
    /// The stream of a name, of its ARN or of the ARN of one of its consumers; null when there is none.
    /// </summary>
    public KinesisStream? TryGet(string nameOrArn)
    {
        if (!nameOrArn.StartsWith("arn:", StringComparison.Ordinal))
        {
            return _streams.GetValueOrDefault(nameOrArn);
        }

        var arn = nameOrArn.Split("/consumer/")[0];
        var stream = _streams.GetValueOrDefault(arn[(arn.LastIndexOf('/') + 1)..]);
        return stream?.Arn == arn ? stream : null;
    }

    /// <summary>Answers one request of the API: POST / with <c>X-Amz-Target: Kinesis_20131202.…</c>.</summary>
    public Task HandleAsync(HttpContext context) => KinesisEndpoint.HandleAsync(this, context);

    /// <summary>Lets go of expired records in every stream.</summary>
    internal void Trim()
    {
        foreach (var stream in _streams.Values)
        {
            stream.Trim();
        }
    }

    /// <summary>Keeps what the streams are, other than their records, where that is wanted.</summary>
    internal void Save()
    {
        foreach (var stream in Options.Store is null ? [] : _streams.Values)
        {
            lock (stream.Gate)
            {
                if (!stream.IsDeleted)
                {
                    stream.Save();
                }
            }
        }
    }

    private void Scale()
    {
        foreach (var stream in _streams.Values)
        {
            lock (stream.Gate)
            {
                stream.Scaling.Observe(Options.OnDemandObservation, Options.MostOnDemandShards);
            }
        }
    }

    internal string ArnOf(string name) => $"arn:aws:kinesis:{Options.Region}:{Options.AccountId}:stream/{name}";

    internal KinesisStream Find(string? name, string? arn)
    {
        if (arn is not null)
        {
            return TryGet(arn)
                ?? throw KinesisException.NotFound($"Stream {arn} under account {Options.AccountId} not found.");
        }

        return _streams.GetValueOrDefault(name!)
            ?? throw KinesisException.NotFound($"Stream {name} under account {Options.AccountId} not found.");
    }

    /// <summary>A stream that records can be put to and read from.</summary>
    internal KinesisStream FindServing(string? name, string? arn) => Find(name, arn) is { IsServing: true } stream
        ? stream
        : throw KinesisException.NotFound($"Stream {arn ?? name} under account {Options.AccountId} not found.");

    internal void Remove(KinesisStream stream)
    {
        _streams.TryRemove(stream.Name, out _);
        stream.Delete();
        stream.Release();
        Options.Store?.Remove(stream);
    }

    internal void Authorize(HttpContext context, string operation, string resourceArn)
    {
        if (Options.Authorize?.Invoke(context, "kinesis:" + operation, resourceArn) is { } reason)
        {
            throw new KinesisException("AccessDeniedException", reason);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _trim.DisposeAsync();
        await _scale.DisposeAsync();
        foreach (var stream in _streams.Values)
        {
            stream.Delete();
            stream.Release();
        }
    }
}
