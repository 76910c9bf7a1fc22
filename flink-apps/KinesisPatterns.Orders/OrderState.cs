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
/// <param name="Status">How far it has come.</param>
/// <param name="CustomerId">Whose it is.</param>
/// <param name="Total">What it costs.</param>
/// <param name="PlacedBy">The command that placed it.</param>
/// <param name="Lines">What was ordered.</param>
/// <param name="Reservations">What became of each article, by its sku.</param>
/// <param name="Waiting">Commands to be handled when all stocks have answered.</param>
internal sealed record OrderState(
    OrderStatus Status,
    string CustomerId,
    decimal Total,
    string PlacedBy,
    IReadOnlyList<OrderLine> Lines,
    Dictionary<string, LineStatus> Reservations,
    IReadOnlyList<Command>? Waiting = null)
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
