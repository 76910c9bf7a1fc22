namespace KinesisPatterns.Orders;

internal enum OrderStatus
{
    /// <summary>Waits for its articles to be reserved.</summary>
    Placed,

    /// <summary>Everything is reserved; waits for its payment.</summary>
    Confirmed,
    Paid,
    Shipped,
    Cancelled,

    /// <summary>An article could not be had.</summary>
    Rejected,
}

internal enum LineStatus
{
    Asked,
    Reserved,
    Refused,

    /// <summary>Given back, or on its way to the customer.</summary>
    Settled,
}

/// <summary>What an order knows of itself.</summary>
internal sealed record OrderState(
    OrderStatus Status, string CustomerId, decimal Total, string PlacedBy, IReadOnlyList<OrderLine> Lines, IReadOnlyDictionary<string, LineStatus> Reservations)
{
    public OrderState With(string sku, LineStatus status) =>
        this with { Reservations = new Dictionary<string, LineStatus>(Reservations, StringComparer.Ordinal) { [sku] = status } };
}

/// <summary>What a stock knows of one article.</summary>
/// <param name="Available">How many can still be reserved.</param>
/// <param name="Reserved">How many are held, by order. An order's entry goes when it is shipped or cancelled.</param>
internal sealed record StockState(int Available, IReadOnlyDictionary<string, int> Reserved)
{
    public static readonly StockState Empty = new(0, new Dictionary<string, int>(StringComparer.Ordinal));

    public StockState Hold(string order, int quantity) => new(
        Available - quantity, new Dictionary<string, int>(Reserved, StringComparer.Ordinal) { [order] = quantity });

    public StockState Let(string order, int returned) => new(
        Available + returned, Reserved.Where(r => r.Key != order).ToDictionary(r => r.Key, r => r.Value, StringComparer.Ordinal));
}
