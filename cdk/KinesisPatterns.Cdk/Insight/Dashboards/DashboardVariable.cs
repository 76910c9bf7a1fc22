namespace KinesisPatterns.Cdk;

/// <summary>Something that the reader of a dashboard chooses among what the series store holds.</summary>
public sealed record DashboardVariable
{
    private DashboardVariable(string name, string? tag)
    {
        Name = name;
        Tag = tag;
    }

    /// <summary>Its name, by which queries refer to it.</summary>
    public string Name { get; }

    /// <summary>What the choice is called on the dashboard.</summary>
    public string Label { get; init; } = "";

    /// <summary>Whether several can be chosen at once, and all of them.</summary>
    public bool Several { get; init; }

    /// <summary>The tag whose values are to choose from; null offers the metrics.</summary>
    internal string? Tag { get; }

    /// <summary>A choice among the values of a tag of the metrics.</summary>
    public static DashboardVariable OfTag(string name, string tag) => new(name, tag);

    /// <summary>A choice among the metrics.</summary>
    public static DashboardVariable OfMetrics(string name) => new(name, null);
}
