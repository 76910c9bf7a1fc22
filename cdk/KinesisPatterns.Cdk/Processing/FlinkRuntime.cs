namespace KinesisPatterns.Cdk;

/// <summary>A version of Apache Flink that the managed service runs.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/release-version-list.html</remarks>
public sealed class FlinkRuntime
{
    private FlinkRuntime(string name) => Name = name;

    /// <summary>Flink 1.20, with Python 3.11 and Java 11.</summary>
    public static FlinkRuntime V1_20 { get; } = new("FLINK-1_20");

    /// <summary>Flink 2.2, with Python 3.12 and Java 17.</summary>
    public static FlinkRuntime V2_2 { get; } = new("FLINK-2_2");

    /// <summary>Flink 2.3, with Python 3.12 and Java 17.</summary>
    public static FlinkRuntime V2_3 { get; } = new("FLINK-2_3");

    /// <summary>The name in <c>RuntimeEnvironment</c>, such as <c>FLINK-2_2</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it is of the first line, whose metrics have other names and whose state others cannot
    /// always read.</summary>
    internal bool IsFirst => Name.StartsWith("FLINK-1_", StringComparison.Ordinal);
}
