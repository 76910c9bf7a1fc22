using System.Globalization;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Hosting;

/// <summary>Reads an <c>AWS::Lambda::EventSourceMapping</c>.</summary>
/// <remarks>https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html</remarks>
internal static class MappingTemplate
{
    public static MappingSettings Of(Resource resource)
    {
        var p = resource.Properties;
        var defaults = new MappingSettings { EventSourceArn = "", FunctionName = "" };
        return new()
        {
            EventSourceArn = (string)p["EventSourceArn"]!,
            FunctionName = (string)p["FunctionName"]!,
            StartingPosition = Position(p),
            BatchSize = Json.Integer(p["BatchSize"]) ?? defaults.BatchSize,
            MaximumBatchingWindowInSeconds = Json.Integer(p["MaximumBatchingWindowInSeconds"]) ?? defaults.MaximumBatchingWindowInSeconds,
            ParallelizationFactor = Json.Integer(p["ParallelizationFactor"]) ?? defaults.ParallelizationFactor,
            BisectBatchOnFunctionError = Json.Boolean(p["BisectBatchOnFunctionError"]) ?? defaults.BisectBatchOnFunctionError,
            MaximumRetryAttempts = Json.Integer(p["MaximumRetryAttempts"]) ?? defaults.MaximumRetryAttempts,
            MaximumRecordAgeInSeconds = Json.Integer(p["MaximumRecordAgeInSeconds"]) ?? defaults.MaximumRecordAgeInSeconds,
            ReportBatchItemFailures = (p["FunctionResponseTypes"]?.AsArray() ?? []).Any(t => (string?)t == "ReportBatchItemFailures"),
            TumblingWindowInSeconds = Json.Integer(p["TumblingWindowInSeconds"]) ?? defaults.TumblingWindowInSeconds,
            Filters = [.. (p["FilterCriteria"]?["Filters"]?.AsArray() ?? []).Select(f => (string)f!["Pattern"]!)],
            OnFailureDestinationArn = (string?)p["DestinationConfig"]?["OnFailure"]?["Destination"],
            Enabled = Json.Boolean(p["Enabled"]) ?? defaults.Enabled,
        };
    }

    private static ShardPosition Position(JsonObject p) => (string?)p["StartingPosition"] switch
    {
        "LATEST" => ShardPosition.Latest,
        "AT_TIMESTAMP" => ShardPosition.At(DateTimeOffset.FromUnixTimeMilliseconds(
            (long)(double.Parse(Json.Text(p["StartingPositionTimestamp"]), CultureInfo.InvariantCulture) * 1000))),
        _ => ShardPosition.TrimHorizon,
    };
}
