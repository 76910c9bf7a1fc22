namespace KinesisPatterns.Cdk;

/// <summary>Which measurements of a series store a query reads: there is one for each metric.</summary>
public sealed record Measurements
{
    private Measurements(string? name, DashboardVariable? variable)
    {
        Name = name;
        Variable = variable;
    }

    /// <summary>Those of all metrics: what the store keeps besides (anomalies, say) has a colon in its name.</summary>
    public static Measurements EveryMetric { get; } = new(null, null);

    /// <summary>The one name; null with <see cref="EveryMetric"/> and <see cref="Chosen"/>.</summary>
    internal string? Name { get; }

    /// <summary>The variable whose value is the name.</summary>
    internal DashboardVariable? Variable { get; }

    /// <summary>The one of this name.</summary>
    public static Measurements Named(string name) => new(name, null);

    /// <summary>Those that the dashboard's reader chose.</summary>
    public static Measurements Chosen(DashboardVariable variable) => new(null, variable);
}

/// <summary>A condition on a tag.</summary>
public sealed record TagFilter
{
    private TagFilter(string tag, string? value, DashboardVariable? variable)
    {
        Tag = tag;
        Value = value;
        Variable = variable;
    }

    internal string Tag { get; }

    internal string? Value { get; }

    internal DashboardVariable? Variable { get; }

    /// <summary>The tag has this value.</summary>
    public static TagFilter Is(string tag, string value) => new(tag, value, null);

    /// <summary>The tag has a value that the dashboard's reader chose.</summary>
    public static TagFilter Chosen(string tag, DashboardVariable variable) => new(tag, null, variable);
}
