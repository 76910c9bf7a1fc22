using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;

namespace KinesisPatterns.Lambdas.Query;

/// <summary>The latest value of a metric.</summary>
internal sealed record LatestAnswer
{
    public required string Device { get; init; }
    public required string Metric { get; init; }
    public required string Time { get; init; }
    public required double Value { get; init; }
    public string? Unit { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public double? Rate { get; init; }
    public double? Score { get; init; }
    public required double Mean { get; init; }
    public required double Deviation { get; init; }
    public required double Minimum { get; init; }
    public required double Maximum { get; init; }
    public required int Count { get; init; }
}

/// <summary>The latest value of every metric of a device.</summary>
internal sealed record LatestListAnswer(string Device, IReadOnlyList<LatestAnswer> Latest);

internal sealed record ReadingAnswer(string Time, double Value);

/// <summary>A page of readings.</summary>
internal sealed record ReadingsAnswer(
    string Device, string Metric, string From, string To, string? Unit, IReadOnlyList<ReadingAnswer> Readings, string? Next);

/// <summary>The statistics of a period.</summary>
internal sealed record AggregateAnswer
{
    public required string Start { get; init; }
    public required string End { get; init; }
    public required int Count { get; init; }
    public required double Sum { get; init; }
    public required double Mean { get; init; }
    public required double Deviation { get; init; }
    public required double Minimum { get; init; }
    public required double Maximum { get; init; }
    public required double First { get; init; }
    public required double Last { get; init; }
    public required double P50 { get; init; }
    public required double P90 { get; init; }
    public required double P99 { get; init; }
}

/// <summary>A page of statistics.</summary>
internal sealed record AggregatesAnswer(
    string Device, string Metric, string From, string To, int Period, string? Unit, IReadOnlyList<AggregateAnswer> Aggregates,
    string? Next);

internal sealed record MessageAnswer(string Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LatestAnswer))]
[JsonSerializable(typeof(LatestListAnswer))]
[JsonSerializable(typeof(ReadingsAnswer))]
[JsonSerializable(typeof(AggregatesAnswer))]
[JsonSerializable(typeof(MessageAnswer))]
internal sealed partial class AnswersJson : JsonSerializerContext;

[JsonSerializable(typeof(APIGatewayProxyRequest))]
[JsonSerializable(typeof(APIGatewayProxyResponse))]
internal sealed partial class EventsJson : JsonSerializerContext;
