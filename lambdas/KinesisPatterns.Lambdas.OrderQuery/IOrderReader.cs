namespace KinesisPatterns.Lambdas.OrderQuery;

/// <summary>The read model, to read.</summary>
internal interface IOrderReader
{
    /// <summary>The order; null when there is none.</summary>
    Task<OrderAnswer?> OrderAsync(string id, CancellationToken cancellation);

    /// <summary>The customer's orders after a page's last one, the newest first.</summary>
    Task<OrdersAnswer> OrdersAsync(string customer, int limit, PageToken? after, CancellationToken cancellation);

    /// <summary>The article's stock; null when there is none.</summary>
    Task<StockAnswer?> StockAsync(string sku, CancellationToken cancellation);
}
