using System.Globalization;

namespace KinesisPatterns.Cdk;

/// <summary>What is known of a metric.</summary>
public sealed record MetricRule
{
    /// <summary>The smallest value that can be real, in the metric's unit; null for none.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value that can be real, in the metric's unit; null for none.</summary>
    public double? Maximum { get; init; }

    /// <summary>The metric's own unit; null when it has none.</summary>
    public string? Unit { get; init; }

    /// <summary>How a value in another unit becomes one in the metric's own, by the other unit's name.</summary>
    public IReadOnlyDictionary<string, UnitConversion> Conversions { get; init; } =
        new Dictionary<string, UnitConversion>();

    internal void EnsureValid(string path)
    {
        Ensure.That(Minimum is null || double.IsFinite(Minimum.Value), path, "a finite Minimum", Text(Minimum));
        Ensure.That(Maximum is null || double.IsFinite(Maximum.Value), path, "a finite Maximum", Text(Maximum));
        Ensure.That(!(Minimum > Maximum), path, $"Minimum of at most {Text(Maximum)}", Text(Minimum));
        Ensure.That(Conversions.Count == 0 || Unit is not null, path, "a Unit to convert to", "none");
        foreach (var (unit, conversion) in Conversions)
        {
            conversion.EnsureValid($"{path}.{nameof(Conversions)}[{unit}]");
        }
    }

    private static string Text(double? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "none";
}

/// <summary>Converts a value: <c>value * Factor + Offset</c>.</summary>
/// <param name="Factor">What the value is multiplied by.</param>
/// <param name="Offset">What is added then.</param>
public sealed record UnitConversion(double Factor, double Offset = 0)
{
    internal void EnsureValid(string path)
    {
        Ensure.That(double.IsFinite(Factor) && Factor != 0, path, "a finite Factor other than 0", $"{Factor}");
        Ensure.That(double.IsFinite(Offset), path, "a finite Offset", $"{Offset}");
    }
}
