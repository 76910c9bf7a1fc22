namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>What a device sent, in its own unit.</summary>
internal struct Reading
{
    public string? Device;
    public string? Metric;
    public string? Unit;
    public long Time;
    public double Value;
}

/// <summary>Why a reading was rejected, in the order in which the rules are applied.</summary>
internal enum Reason
{
    Malformed,
    UnknownDevice,
    UnknownMetric,
    UnknownUnit,
    OutOfRange,
    Late,
    Ahead,
    Duplicate,
}

internal static class Reasons
{
    private static readonly string[] Names =
        ["malformed", "unknown-device", "unknown-metric", "unknown-unit", "out-of-range", "late", "ahead", "duplicate"];

    public static int Count => Names.Length;

    /// <summary>The reason as a rejected reading tells it.</summary>
    public static string Name(this Reason reason) => Names[(int)reason];
}
