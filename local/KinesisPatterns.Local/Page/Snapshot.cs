namespace KinesisPatterns.Local.Page;

/// <summary>A box of the pipeline's picture.</summary>
internal sealed record PageNode(string Id, string Kind, string Name, string Note, string Title);

/// <summary>A row of the list of resources.</summary>
internal sealed record PageResource(string Path, string Type, string Here);

/// <summary>What a box says at the moment.</summary>
internal sealed record PageCount(string Text, bool Trouble);

/// <summary>A reading that was turned away.</summary>
internal sealed record PageRejected(string? Arrival, string Reason, string Detail, string Payload);

/// <summary>An anomaly that a topic was told of.</summary>
internal sealed record PageAnomaly(string Device, string Metric, long Time, double Value, double Score, string Message);

/// <summary>What does not change while the host runs.</summary>
internal sealed record PageHello(
    string Name, IReadOnlyList<IReadOnlyList<PageNode>> Layers, IReadOnlyList<PageResource> Resources, PageState State);

/// <summary>What happened since the last state; a point is [device, metric, epoch milliseconds, value].</summary>
internal sealed record PageState(
    string Status,
    IReadOnlyList<string[]> Totals,
    IReadOnlyDictionary<string, PageCount> Nodes,
    IReadOnlyDictionary<string, long> Reasons,
    IReadOnlyList<object[]> Points,
    IReadOnlyList<PageRejected> Rejected,
    IReadOnlyList<PageAnomaly> Anomalies)
{
    /// <summary>What stateful functions stand at; null in a stack without any.</summary>
    public PageModule? Module { get; init; }
}
