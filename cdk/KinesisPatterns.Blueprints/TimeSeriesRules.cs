namespace KinesisPatterns.Blueprints;

/// <summary>
/// The rules of the TimeSeries blueprint: any device, any metric, and ranges for the metrics that many machines have.
/// </summary>
public static class TimeSeriesRules
{
    /// <summary>Accepts what it does not know, so that anyone's data flows at once.</summary>
    public static CleansingRules Default { get; } = new()
    {
        AcceptUnknownMetrics = true,
        Metrics = new Dictionary<string, MetricRule>
        {
            ["temperature"] = Range(-40, 125, "celsius") with
            {
                Conversions = new Dictionary<string, UnitConversion>
                {
                    ["fahrenheit"] = new(5.0 / 9, -160.0 / 9),
                    ["kelvin"] = new(1, -273.15),
                },
            },
            ["humidity"] = Range(0, 100, "percent"),
            ["pressure"] = Range(300, 1_100, "hectopascal") with
            {
                Conversions = new Dictionary<string, UnitConversion> { ["pascal"] = new(0.01) },
            },
            ["vibration"] = Range(0, 100, "millimetre-per-second"),
            ["power"] = Range(0, 100_000, "watt") with
            {
                Conversions = new Dictionary<string, UnitConversion> { ["kilowatt"] = new(1_000) },
            },
        },
    };

    private static MetricRule Range(double minimum, double maximum, string unit) =>
        new() { Minimum = minimum, Maximum = maximum, Unit = unit };
}
