using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;

namespace KinesisPatterns.Lambdas.OrderQuery;

internal sealed record LineAnswer(string Sku, decimal Quantity, decimal UnitPrice);

internal sealed record HappenedAnswer(long Version, string Type, string Time);

/// <summary>An order with what happened to it.</summary>
internal sealed record OrderAnswer
{
    public required string Id { get; init; }
    public required long Version { get; init; }
    public required string Status { get; init; }
    public required string Customer { get; init; }
    public required string Placed { get; init; }
    public required string Updated { get; init; }
    public required decimal Total { get; init; }
    public string? Reason { get; init; }
    public required IReadOnlyList<LineAnswer> Lines { get; init; }
    public required IReadOnlyList<HappenedAnswer> History { get; init; }
}

/// <summary>An order in the list of a customer's.</summary>
internal sealed record OrderSummary(string Id, string Status, string Placed, decimal Total, long Version);

/// <summary>A page of a customer's orders, the newest first.</summary>
internal sealed record OrdersAnswer(string Customer, IReadOnlyList<OrderSummary> Orders, string? Next);

/// <summary>The stock of an article.</summary>
internal sealed record StockAnswer(string Sku, long Version, decimal Available, IReadOnlyDictionary<string, decimal> Reserved, string Updated);

internal sealed record MessageAnswer(string Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(OrdersAnswer))]
[JsonSerializable(typeof(StockAnswer))]
[JsonSerializable(typeof(MessageAnswer))]
internal sealed partial class AnswersJson : JsonSerializerContext;

[JsonSerializable(typeof(APIGatewayProxyRequest))]
[JsonSerializable(typeof(APIGatewayProxyResponse))]
internal sealed partial class EventsJson : JsonSerializerContext;
