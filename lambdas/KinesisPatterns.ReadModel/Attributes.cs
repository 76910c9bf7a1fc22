namespace KinesisPatterns.ReadModel;

/// <summary>The names in a read model's table (docs/replay.md).</summary>
public static class Attributes
{
    /// <summary>The partition key: the aggregate, a slash, its id.</summary>
    public const string Id = "id";

    /// <summary>The last event that is applied.</summary>
    public const string Version = "version";

    /// <summary>How often the item was written: two writers of one item are told apart by it.</summary>
    public const string Revision = "revision";

    /// <summary>Events that came before their predecessors, by version.</summary>
    public const string Early = "early";

    /// <summary>When the last event happened.</summary>
    public const string Updated = "updated";

    /// <summary>What happened last, oldest first.</summary>
    public const string History = "history";

    /// <summary>An order's status.</summary>
    public const string Status = "status";

    /// <summary>Who placed the order: partition key of <see cref="CustomerIndex"/>.</summary>
    public const string Customer = "customer";

    /// <summary>When the order was placed: sort key of <see cref="CustomerIndex"/>.</summary>
    public const string Placed = "placed";

    /// <summary>What the order costs.</summary>
    public const string Total = "total";

    /// <summary>What was ordered.</summary>
    public const string Lines = "lines";

    /// <summary>Why an order was cancelled or rejected.</summary>
    public const string Reason = "reason";

    /// <summary>How many of an article can still be reserved.</summary>
    public const string Available = "available";

    /// <summary>How many of an article are held, by order.</summary>
    public const string Reserved = "reserved";

    /// <summary>The global secondary index that lists the orders of a customer.</summary>
    public const string CustomerIndex = "orders-of-customer";
}
