using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Page.Dashboards;

/// <summary>Reads the host's counters once a second, as the metrics that AWS would publish of the same.</summary>
internal sealed class MetricSampler(HostServices services, MetricLog log, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Dictionary<MetricName, double> _before = [];

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            Sample();
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private void Sample()
    {
        foreach (var stream in services.Kinesis.Streams)
        {
            Grown("AWS/Kinesis", "IncomingRecords", "StreamName", stream.Name, stream.RecordsPut);
            Grown("AWS/Kinesis", "IncomingBytes", "StreamName", stream.Name, stream.BytesPut);
            Grown("AWS/Kinesis", "WriteProvisionedThroughputExceeded", "StreamName", stream.Name, stream.Throttled);
        }

        foreach (var function in services.Lambda.Functions)
        {
            var name = function.Definition.Name;
            Grown("AWS/Lambda", "Invocations", "FunctionName", name, function.Invocations);
            Grown("AWS/Lambda", "Errors", "FunctionName", name, function.Errors);
            Grown("AWS/Lambda", "Throttles", "FunctionName", name, function.Throttles);
        }

        foreach (var mapping in services.Lambda.Mappings)
        {
            Put("AWS/Lambda", "IteratorAge", "FunctionName", mapping.Function.Name, mapping.IteratorAgeMilliseconds);
            var (kept, dropped) = (mapping.Counters.Ended(RecordEnd.DeadLettered), mapping.Counters.Ended(RecordEnd.Dropped));
            Grown("AWS/Lambda", "OnFailureDestinationDeliveredEventCount", "EventSourceMappingUUID", mapping.Uuid, kept);
            Grown("AWS/Lambda", "DroppedEventCount", "EventSourceMappingUUID", mapping.Uuid, dropped);
        }
    }

    private void Grown(string space, string name, string dimension, string value, double total)
    {
        var metric = MetricName.Of(space, name, [new(dimension, value)]);
        log.Add(metric, Now, total - _before.GetValueOrDefault(metric));
        _before[metric] = total;
    }

    private void Put(string space, string name, string dimension, string value, double now) =>
        log.Add(MetricName.Of(space, name, [new(dimension, value)]), Now, now);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
