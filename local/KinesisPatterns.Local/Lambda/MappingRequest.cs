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
            ? Reports(types)
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
        new MappingRequest(destinations).Structure("OnFailure")?.Text("Destination");

    private static string[] Patterns(JsonElement criteria) => new MappingRequest(criteria).Member("Filters") switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } filters =>
            [.. filters.EnumerateArray().Select(filter => new MappingRequest(filter).Text("Pattern") ?? throw Missing("Pattern"))],
        _ => throw WrongType("Filters", "a list"),
    };

    private MappingRequest? Structure(string name) => Member(name) is { } value ? new(value) : null;

    private static bool Reports(JsonElement types) => types switch
    {
        { ValueKind: JsonValueKind.Array } when types.GetArrayLength() == 0 => false,
        { ValueKind: JsonValueKind.Array } when types.GetArrayLength() == 1 && types[0].ToString() == "ReportBatchItemFailures" => true,
        _ => throw LambdaException.InvalidParameter($"FunctionResponseTypes: expected [] or [\"ReportBatchItemFailures\"], got {types.GetRawText()}"),
    };

    private string? Text(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw WrongType(name, "a string"),
    };

    private int? Number(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var value) => value,
        _ => throw WrongType(name, "a whole number"),
    };

    private bool? Flag(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw WrongType(name, "true or false"),
    };

    private JsonElement? Member(string name)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw WrongType(body.GetRawText(), "a structure");
        }

        return body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private static LambdaException WrongType(string name, string expected) =>
        new("SerializationException", $"{name}: expected {expected}", 400);

    private static LambdaException Missing(string name) => LambdaException.InvalidParameter($"{name} is required.");
}
