using System.Globalization;
using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Page;

/// <summary>Numbers of a run as the page words them.</summary>
internal static class PageCounts
{
    public static IReadOnlyDictionary<string, PageCount> Nodes(LocalHost host, string source)
    {
        var counts = new Dictionary<string, PageCount>(StringComparer.Ordinal)
        {
            [Pipeline.SourceId] = new(source, false),
        };

        // What takes part in deployments only has nothing to count.
        var running = host.Resources.Where(resource => resource.Runs).Select(resource => resource.LogicalId).ToHashSet(StringComparer.Ordinal);
        foreach (var resource in host.Deployment.Resources.Where(resource => running.Contains(resource.LogicalId)))
        {
            if (Of(host, resource.Type, resource.Ref, resource.LogicalId) is { } count)
            {
                counts[resource.LogicalId] = count;
            }
        }

        foreach (var job in host.Services.Modules)
        {
            counts[Pipeline.ModuleId(job.Module)] = new($"{Number(job.Statistics().Messages)} messages", job.Failure is not null);
        }

        return counts;
    }

    /// <summary>A point as the page takes it: device, metric, epoch milliseconds, value.</summary>
    public static object[] Point(SeriesKey key, long nanoseconds, double value) =>
        [key.Tags["device"] ?? key.Tags.Text, key.Field == "value" ? key.Measurement : $"{key.Measurement}.{key.Field}", nanoseconds / 1_000_000, value];

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture);

    private static PageCount? Of(LocalHost host, string type, string reference, string logicalId) => type switch
    {
        "AWS::Kinesis::Stream" when host.Services.Kinesis.TryGet(reference) is { } stream =>
            new($"{Number(stream.RecordsPut)} records{(stream.Throttled > 0 ? $", {Number(stream.Throttled)} throttled" : "")}", false),
        "AWS::Lambda::Function" when host.Services.Lambda.Find(reference) is { } function =>
            new($"{Number(function.Invocations)} calls{(function.Errors > 0 ? $", {Number(function.Errors)} failed" : "")}", function.Errors > 0),
        "AWS::Timestream::InfluxDBInstance" or "AWS::Timestream::InfluxDBCluster" or "AWS::Timestream::Table" => new($"{Number(host.Services.Influx[logicalId].Store.Count)} points", false),
        "AWS::KinesisFirehose::DeliveryStream" when host.Services.Firehose.Streams.FirstOrDefault(s => s.Name == reference) is { } delivery =>
            new($"{Number(delivery.Received)} in, {Number(delivery.Delivered)} in S3", delivery.Failed > 0),
        "AWS::S3::Bucket" => new($"{Number(host.Services.S3.Bucket(reference).Objects.Count)} objects", false),
        _ => null,
    };
}
