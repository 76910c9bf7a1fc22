using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Timestream.InfluxQl;

/// <summary>A statement outside of what is answered here, or none at all.</summary>
internal sealed class InfluxQlException(string message) : Exception($"error parsing query: {message}");

/// <summary>What is made of the values of a field.</summary>
internal enum Aggregate
{
    Mean,
    Min,
    Max,
    Count,
    Sum,
    Last,
}

/// <summary>Which measurements: one name, or those that match.</summary>
internal sealed record MeasurementFilter(string? Name, Regex? Pattern)
{
    public static MeasurementFilter Every { get; } = new(null, null);

    public bool Takes(string measurement) => Name is null ? Pattern?.IsMatch(measurement) != false : Name == measurement;
}

/// <summary>A condition on a tag: equal to a text, or matching a pattern.</summary>
internal sealed record TagCondition(string Tag, string? Value, Regex? Pattern)
{
    // A tag that is not there is an empty one.
    public bool Takes(string? value) => Pattern is null ? (value ?? "") == Value : Pattern.IsMatch(value ?? "");
}

/// <summary>Where values come from: measurements, or the rows of another statement.</summary>
internal sealed record Source(MeasurementFilter Measurements, Select? Inner);

/// <summary>A column of a statement: a field or tag as it is, or what is made of a field.</summary>
internal sealed record Column(string Field, Aggregate? Aggregate, string Name);

/// <summary>A statement that reads values; times are nanoseconds, both ends included.</summary>
internal sealed record Select(
    IReadOnlyList<Column> Columns,
    Source From,
    long Start,
    long End,
    IReadOnlyList<TagCondition> Where,
    long? Interval,
    IReadOnlyList<string> Tags,
    bool Descending,
    int? Limit) : IStatement;

/// <summary>A statement that names the values of a tag.</summary>
internal sealed record ShowTagValues(MeasurementFilter From, string Tag) : IStatement;

/// <summary>A statement that names measurements.</summary>
internal sealed record ShowMeasurements(MeasurementFilter With) : IStatement;

/// <summary>Anything that can be asked.</summary>
internal interface IStatement;
