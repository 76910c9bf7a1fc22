using System.Text.Json;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Consumers with enhanced fan-out: register, describe, list, deregister.</summary>
/// <remarks>https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html</remarks>
internal static class ConsumerOperations
{
    private const int Most = 20;
    private const int MostWithCommitment = 50;
    private const int MostCreating = 5;

    public static void RegisterStreamConsumer(KinesisCall call)
    {
        var name = call.Text("ConsumerName");
        new Constraints().Name("ConsumerName", name).Enforce();
        var stream = call.StreamOf(null, call.Required("StreamARN"));
        StreamConsumer consumer;
        lock (stream.Gate)
        {
            if (stream.Consumers.Any(c => c.Name == name))
            {
                throw KinesisException.InUse(
                    $"Consumer {name} of stream {stream.Title} already exists.");
            }

            var isCommitted = stream.Mode == "ON_DEMAND" && call.Service.BillingCommitment == "ENABLED";
            var most = isCommitted ? MostWithCommitment : Most;
            if (stream.Consumers.Count >= most)
            {
                throw KinesisException.LimitExceeded(
                    $"Stream {stream.Name} has {most} consumers, the most it can have.");
            }

            if (stream.Consumers.Count(c => c.Status == "CREATING") >= MostCreating)
            {
                throw KinesisException.LimitExceeded(
                    $"{MostCreating} consumers of stream {stream.Name} are in the CREATING state, the most at a time.");
            }

            var now = call.Service.Options.Time.GetUtcNow();
            consumer = new(stream, name!, now, now + call.Service.Options.Transition);
            TagOperations.Add(consumer.Tags, call.Tags());
            stream.Consumers.Add(consumer);
        }

        call.Response.WriteStartObject();
        call.Response.WriteStartObject("Consumer");
        Write(call.Response, consumer, "CREATING");
        call.Response.WriteEndObject();
        call.Response.WriteEndObject();
    }

    public static void DescribeStreamConsumer(KinesisCall call)
    {
        var consumer = Find(call);
        call.Response.WriteStartObject();
        call.Response.WriteStartObject("ConsumerDescription");
        Write(call.Response, consumer, consumer.Status);
        call.Response.WriteString("StreamARN", consumer.Stream.Arn);
        call.Response.WriteEndObject();
        call.Response.WriteEndObject();
    }

    public static void ListStreamConsumers(KinesisCall call)
    {
        var limit = Math.Min(100, call.Optional("MaxResults", 1, 10_000, 100));
        var stream = call.StreamOf(null, call.Required("StreamARN"));
        var after = PageToken.Read(call.Text("NextToken"), "consumers", call.Service.Now) ?? "";
        List<StreamConsumer> listed;
        lock (stream.Gate)
        {
            listed = [.. stream.Consumers.Where(c => string.CompareOrdinal(c.Name, after) > 0)
                .OrderBy(c => c.Name, StringComparer.Ordinal)];
        }

        var json = call.Response;
        json.WriteStartObject();
        json.WriteStartArray("Consumers");
        foreach (var consumer in listed.Take(limit))
        {
            json.WriteStartObject();
            Write(json, consumer, consumer.Status);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (listed.Count > limit)
        {
            json.WriteString("NextToken", PageToken.Write("consumers", listed[limit - 1].Name, call.Service.Now));
        }

        json.WriteEndObject();
    }

    public static void DeregisterStreamConsumer(KinesisCall call)
    {
        var consumer = Find(call);
        lock (consumer.Stream.Gate)
        {
            consumer.Stream.Consumers.Remove(consumer);
        }

        call.Service.Subscriptions.End(consumer);
    }

    public static StreamConsumer Find(KinesisCall call, string arn)
    {
        call.Authorize(arn);
        return Find(call.Service, arn);
    }

    public static StreamConsumer Find(KinesisService service, string arn)
    {
        var missing = KinesisException.NotFound($"Consumer {arn} not found under account {service.Options.AccountId}.");
        var stream = service.TryGet(arn) ?? throw missing;
        lock (stream.Gate)
        {
            return stream.Consumers.Find(c => c.Arn == arn) ?? throw missing;
        }
    }

    private static StreamConsumer Find(KinesisCall call)
    {
        if (call.Text("ConsumerARN") is { } arn)
        {
            return Find(call, arn);
        }

        if (call.Text("ConsumerName") is not { } name || call.Text("StreamARN") is not { } streamArn)
        {
            throw KinesisException.InvalidArgument(
                "Either the consumer ARN or the stream ARN and the consumer name are required.");
        }

        var stream = call.StreamOf(null, streamArn);
        lock (stream.Gate)
        {
            return stream.Consumers.Find(c => c.Name == name) ?? throw KinesisException.NotFound(
                $"Consumer {name} of stream {stream.Title} not found.");
        }
    }

    private static void Write(Utf8JsonWriter json, StreamConsumer consumer, string status)
    {
        json.WriteString("ConsumerName", consumer.Name);
        json.WriteString("ConsumerARN", consumer.Arn);
        json.WriteString("ConsumerStatus", status);
        json.WriteTime("ConsumerCreationTimestamp", consumer.CreatedAt);
    }
}
