namespace KinesisPatterns.Local.Page;

/// <summary>A box of the pipeline's picture.</summary>
internal sealed record PageNode(string Id, string Kind, string Name, string Note, string Title);

/// <summary>A row of the list of resources.</summary>
internal sealed record PageResource(string Path, string Type, string Here);

/// <summary>What a box says at the moment.</summary>
internal sealed record PageCount(string Text, bool Trouble);

/// <summary>A reading or a command that was turned away.</summary>
/// <param name="Arrival">When it came.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What was wrong with a reading; whom a command was for.</param>
/// <param name="Payload">It.</param>
internal sealed record PageRejected(string? Arrival, string Reason, string Detail, string Payload)
{
    /// <summary>The type of the function that a command was for.</summary>
    public string? Type { get; init; }
}

/// <summary>An anomaly that a topic was told of.</summary>
internal sealed record PageAnomaly(string Device, string Metric, long Time, double Value, double Score, string Message);

/// <summary>What does not change while the host runs.</summary>
internal sealed record PageHello(
    string Name, IReadOnlyList<IReadOnlyList<PageNode>> Layers, IReadOnlyList<PageResource> Resources, PageState State);

/// <summary>What happened since the last state; a point is [device, metric, epoch milliseconds, value].</summary>
internal sealed record PageState
{
    public required string Status { get; init; }

    public required IReadOnlyList<string[]> Totals { get; init; }

    public required IReadOnlyDictionary<string, PageCount> Nodes { get; init; }

    public required IReadOnlyList<PageRejected> Rejected { get; init; }

    public IReadOnlyDictionary<string, long> Reasons { get; init; } = new Dictionary<string, long>();

    public IReadOnlyList<object[]> Points { get; init; } = [];

    public IReadOnlyList<PageAnomaly> Anomalies { get; init; } = [];

    /// <summary>What stateful functions stand at; null in a stack without any.</summary>
    public PageModule? Module { get; init; }
}
