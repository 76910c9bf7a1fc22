using System.Text.Json.Serialization;

namespace KinesisPatterns.Orders;

/// <summary>What somebody wants to happen. Which fields it has besides its id depends on its type.</summary>
internal sealed record Command
{
    /// <summary>The same for every delivery of the same command: it takes effect once.</summary>
    public string? CommandId { get; init; }

    /// <summary>PlaceOrder, PayOrder, ShipOrder, CancelOrder or SupplyStock.</summary>
    public string? Type { get; init; }

    /// <summary>
    /// When it was given, by its sender's clock. Its events bear this time, so that they are the same when they are decided anew after a failure; without
    /// it they bear the time of their decision.
    /// </summary>
    public DateTimeOffset? Time { get; init; }

    public string? OrderId { get; init; }

    public string? CustomerId { get; init; }

    public IReadOnlyList<OrderLine>? Lines { get; init; }

    /// <summary>What was paid.</summary>
    public decimal? Amount { get; init; }

    public string? Reason { get; init; }

    public string? Sku { get; init; }

    public int? Quantity { get; init; }
}

/// <summary>What is ordered of one article.</summary>
internal sealed record OrderLine(
    [property: JsonRequired] string Sku,
    [property: JsonRequired] int Quantity,
    [property: JsonRequired] decimal UnitPrice);
