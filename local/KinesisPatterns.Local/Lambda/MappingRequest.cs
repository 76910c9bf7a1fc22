using System.Text.Json;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>The body of CreateEventSourceMapping or UpdateEventSourceMapping.</summary>
internal readonly struct MappingRequest(JsonElement body)
{
    public MappingSettings Create()
    {
        var (body, position) = (this, Text("StartingPosition"));
        return Apply(new()
        {
            EventSourceArn = Text("EventSourceArn") ?? throw Missing("EventSourceArn"),
            FunctionName = Text("FunctionName") ?? throw Missing("FunctionName"),
            StartingPosition = position switch
            {
                "TRIM_HORIZON" => ShardPosition.TrimHorizon,
                "LATEST" => ShardPosition.Latest,
                "AT_TIMESTAMP" => ShardPosition.At(body.Timestamp()),
                null => throw Missing("StartingPosition"),
                _ => throw LambdaException.InvalidParameter(
                    $"StartingPosition: expected TRIM_HORIZON, LATEST or AT_TIMESTAMP, got {position}"),
            },
        });
    }

    /// <summary>The settings with what the body changes.</summary>
    public MappingSettings Apply(MappingSettings settings) => settings with
    {
        BatchSize = Number("BatchSize") ?? settings.BatchSize,
        MaximumBatchingWindowInSeconds = Number("MaximumBatchingWindowInSeconds")
            ?? settings.MaximumBatchingWindowInSeconds,
        ParallelizationFactor = Number("ParallelizationFactor") ?? settings.ParallelizationFactor,
        BisectBatchOnFunctionError = Flag("BisectBatchOnFunctionError") ?? settings.BisectBatchOnFunctionError,
        MaximumRetryAttempts = Number("MaximumRetryAttempts") ?? settings.MaximumRetryAttempts,
        MaximumRecordAgeInSeconds = Number("MaximumRecordAgeInSeconds") ?? settings.MaximumRecordAgeInSeconds,
        TumblingWindowInSeconds = Number("TumblingWindowInSeconds") ?? settings.TumblingWindowInSeconds,
        ReportBatchItemFailures = Member("FunctionResponseTypes") is { } types
            ? types.EnumerateArray().Any(type => type.GetString() == "ReportBatchItemFailures")
            : settings.ReportBatchItemFailures,
        Filters = Member("FilterCriteria") is { } criteria ? Patterns(criteria) : settings.Filters,
        OnFailureDestinationArn = Member("DestinationConfig") is { } destinations
            ? Destination(destinations)
            : settings.OnFailureDestinationArn,
        Enabled = Flag("Enabled") ?? settings.Enabled,
    };

    private DateTimeOffset Timestamp() =>
        Member("StartingPositionTimestamp") is { ValueKind: JsonValueKind.Number } seconds
        ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds.GetDouble() * 1000))
        : throw Missing("StartingPositionTimestamp");

    private static string? Destination(JsonElement destinations) =>
        destinations.TryGetProperty("OnFailure", out var onFailure)
            && onFailure.TryGetProperty("Destination", out var arn)
            ? arn.GetString()
            : null;

    private static string[] Patterns(JsonElement criteria) =>
        criteria.TryGetProperty("Filters", out var filters) && filters.ValueKind == JsonValueKind.Array
            ? [.. filters.EnumerateArray().Select(filter => filter.GetProperty("Pattern").GetString()!)]
            : [];

    private string? Text(string name) => Member(name)?.GetString();

    private int? Number(string name) => Member(name)?.GetInt32();

    private bool? Flag(string name) => Member(name)?.GetBoolean();

    private JsonElement? Member(string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static LambdaException Missing(string name) => LambdaException.InvalidParameter($"{name} is required.");
}
