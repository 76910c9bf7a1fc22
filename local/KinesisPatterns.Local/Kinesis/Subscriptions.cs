using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>SubscribeToShard: pushes records of a shard to a registered consumer.</summary>
/// <remarks>https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html</remarks>
internal sealed class Subscriptions
{
    private const int MostRecords = 1000;
    private const int MostBytes = 1 << 20;

    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _exclusive = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<(StreamConsumer Consumer, Shard Shard), Subscription> _running = new();

    public async Task AnswerAsync(KinesisService service, HttpContext context, ReadOnlyMemory<byte> body, bool isCbor)
    {
        var (consumer, shard, position) = Read(service, context, body, isCbor);
        using var subscription = Start(consumer, shard, service.Options.Time, context.RequestAborted);

        var response = context.Response;
        response.ContentType = "application/vnd.amazon.eventstream";
        KinesisEndpoint.WriteHeaders(context);
        await SendAsync(
            context, "{}"u8.ToArray(), isCbor, (":message-type", "event"), (":event-type", "initial-response"));
        try
        {
            await PushAsync(service, context, new ShardReader(shard, position), consumer.Throughput(shard), isCbor, subscription.Token);
        }
        catch (OperationCanceledException) when (
            subscription.IsReplaced && !context.RequestAborted.IsCancellationRequested)
        {
            await SendAsync(context, "{\"message\":\"Another subscription took over.\"}"u8.ToArray(), isCbor,
                (":message-type", "exception"), (":exception-type", "ResourceInUseException"));
        }
        catch (OperationCanceledException)
        {
            // Five minutes are over, or the caller went: the stream ends without an error.
        }
        finally
        {
            _running.TryRemove(new((consumer, shard), subscription));
        }
    }

    /// <summary>Ends what a deregistered consumer still receives.</summary>
    public void End(StreamConsumer consumer)
    {
        foreach (var (key, subscription) in _running)
        {
            if (key.Consumer == consumer)
            {
                subscription.Replace();
            }
        }
    }

    private static (StreamConsumer Consumer, Shard Shard, ShardPosition Position) Read(
        KinesisService service, HttpContext context, ReadOnlyMemory<byte> body, bool isCbor)
    {
        using var converted = isCbor ? CborJson.ToJson(body) : null;
        using var document = JsonDocument.Parse(converted?.Written ?? body);
        using var none = new Utf8JsonWriter(Stream.Null);
        var call = new KinesisCall(service, context, "SubscribeToShard", document.RootElement, none);
        var consumer = ConsumerOperations.Find(call, call.Required("ConsumerARN"));
        if (consumer.Status != "ACTIVE")
        {
            throw KinesisException.InUse($"Consumer {consumer.Name} is in state {consumer.Status}, expected ACTIVE.");
        }

        var shardId = call.Required("ShardId");
        var shard = consumer.Stream.FindShard(shardId)
            ?? throw KinesisException.ShardNotFound(shardId, consumer.Stream);
        var start = call.Structure("StartingPosition");
        new Constraints().Required("StartingPosition", start).Enforce();
        return (consumer, shard, ReadOperations.Position(
            start!.Required("Type"), shard, start.Text("SequenceNumber"), start.Time("Timestamp")));
    }

    private Subscription Start(StreamConsumer consumer, Shard shard, TimeProvider time, CancellationToken aborted)
    {
        var mine = new Subscription(time, aborted);
        _running.AddOrUpdate((consumer, shard), mine, (_, before) =>
        {
            if (time.GetUtcNow() - before.Started < _exclusive)
            {
                mine.Dispose();
                throw KinesisException.InUse(
                    $"Another active subscription exists for this consumer: {consumer.Name}, shard: {shard.Id}. "
                    + "Try again in 5 seconds.");
            }

            before.Replace();
            return mine;
        });
        return mine;
    }

    private static async Task PushAsync(
        KinesisService service, HttpContext context, ShardReader reader, IReadThroughput? throughput, bool isCbor,
        CancellationToken cancellationToken)
    {
        var records = new KinesisRecord[MostRecords];
        var continuation = reader.Shard.NumberOf(Math.Max(0, reader.Counter - 1), service.Now).ToString();
        while (true)
        {
            if (throughput is not null)
            {
                await throughput.WaitAsync(reader.Shard.Stream, service.Options.Time, cancellationToken);
            }

            var count = reader.Read(records, MostBytes);
            throughput?.AfterRead(records.AsSpan(0, count), reader.Shard.Stream);
            if (count > 0)
            {
                continuation = records[count - 1].SequenceNumber.ToString();
            }

            using var payload = new PooledBuffer();
            RecordsAnswer.WriteEvent(payload, records.AsSpan(0, count), reader, continuation);
            await SendAsync(
                context, payload.Written, isCbor, (":message-type", "event"), (":event-type", "SubscribeToShardEvent"));
            if (reader.IsAtEnd)
            {
                return;
            }

            using var heartbeat = new CancellationTokenSource(_heartbeat, service.Options.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(heartbeat.Token, cancellationToken);
            try
            {
                await reader.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing came: an empty event tells the consumer how far it is.
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static async Task SendAsync(
        HttpContext context, ReadOnlyMemory<byte> json, bool isCbor, (string, string) kind, (string, string) type)
    {
        using var frame = new PooledBuffer();
        var contentType = isCbor ? "application/x-amz-cbor-1.1" : "application/x-amz-json-1.1";
        EventStream.Write(
            frame, isCbor ? CborJson.FromJson(json) : json.Span, kind, type, (":content-type", contentType));
        await context.Response.BodyWriter.WriteAsync(frame.Written, context.RequestAborted);
    }

    private sealed class Subscription : IDisposable
    {
        private readonly CancellationTokenSource _replaced = new();
        private readonly CancellationTokenSource _over;
        private readonly CancellationTokenSource _any;

        public Subscription(TimeProvider time, CancellationToken aborted)
        {
            Started = time.GetUtcNow();
            _over = new(_lifetime, time);
            _any = CancellationTokenSource.CreateLinkedTokenSource(_replaced.Token, _over.Token, aborted);
        }

        public DateTimeOffset Started { get; }

        public bool IsReplaced => _replaced.IsCancellationRequested;

        public CancellationToken Token => _any.Token;

        public void Replace() => _replaced.Cancel();

        public void Dispose()
        {
            _any.Dispose();
            _over.Dispose();
            _replaced.Dispose();
        }
    }
}
