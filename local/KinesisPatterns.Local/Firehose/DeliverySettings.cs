using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Firehose;

/// <summary>How a delivery stream delivers to S3, read from its template.</summary>
internal sealed record DeliverySettings(
    string BucketArn, string? Prefix, string? ErrorPrefix, TimeSpan Interval, long Size, bool Gzip, string Delimiter, string? TransformArn, string? RoleArn = null, string? LogStream = null)
{
    // Firehose's own defaults: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
    private const int DefaultSeconds = 300;
    private const int DefaultMebibytes = 5;

    public static DeliverySettings Of(Resource resource)
    {
        var s3 = (resource.Properties["ExtendedS3DestinationConfiguration"] ?? resource.Properties["S3DestinationConfiguration"]) as JsonObject
            ?? throw new LocalHostException($"{resource.Path}: only delivery to S3 runs here");
        var processors = Json.Boolean(s3["ProcessingConfiguration"]?["Enabled"]) == true
            ? s3["ProcessingConfiguration"]!["Processors"]!.AsArray().Select(p => p!.AsObject()).ToList()
            : [];
        foreach (var processor in processors.Where(p => (string?)p["Type"] is not ("AppendDelimiterToRecord" or "Lambda")))
        {
            throw new LocalHostException($"{resource.Path}: the processor {processor["Type"]} is not supported here");
        }

        var compression = (string?)s3["CompressionFormat"] ?? "UNCOMPRESSED";
        if (compression is not ("GZIP" or "UNCOMPRESSED"))
        {
            throw new LocalHostException($"{resource.Path}: the compression {compression} is not supported here");
        }

        return new(
            (string)s3["BucketARN"]!,
            (string?)s3["Prefix"],
            (string?)s3["ErrorOutputPrefix"],
            TimeSpan.FromSeconds(Json.Integer(s3["BufferingHints"]?["IntervalInSeconds"]) ?? DefaultSeconds),
            (Json.Integer(s3["BufferingHints"]?["SizeInMBs"]) ?? DefaultMebibytes) * 1024L * 1024,
            compression == "GZIP",
            Parameter(processors, "AppendDelimiterToRecord", "Delimiter") is { } delimiter ? delimiter.Replace("\\n", "\n", StringComparison.Ordinal)
                : processors.Any(p => (string?)p["Type"] == "AppendDelimiterToRecord") ? "\n" : "",
            Parameter(processors, "Lambda", "LambdaArn"),
            (string?)s3["RoleARN"],
            Log(s3["CloudWatchLoggingOptions"]));
    }

    private static string? Log(JsonNode? options) => Json.Boolean(options?["Enabled"]) == true
        ? $"log-group:{options!["LogGroupName"]}:log-stream:{options["LogStreamName"]}"
        : null;

    private static string? Parameter(IEnumerable<JsonObject> processors, string type, string name) =>
        (from processor in processors
         where (string?)processor["Type"] == type
         from parameter in processor["Parameters"]?.AsArray() ?? []
         where (string?)parameter!["ParameterName"] == name
         select (string?)parameter["ParameterValue"]).FirstOrDefault();
}
