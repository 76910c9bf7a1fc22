namespace KinesisPatterns.Cdk;

/// <summary>
/// A distribution of Stateful Functions: its image, its version of Flink, and how it wants to be told of streams.
/// </summary>
public sealed class StatefulFunctionsRuntime
{
    private StatefulFunctionsRuntime(string image, bool isFork)
    {
        Image = image;
        IsFork = isFork;
    }

    /// <summary>
    /// Apache's last release, on Flink 1.16: the project has made none since September 2023 and is being retired.
    /// </summary>
    /// <remarks>https://hub.docker.com/r/apache/flink-statefun</remarks>
    public static StatefulFunctionsRuntime Apache { get; } = new("apache/flink-statefun:3.3.0-java11", isFork: false);

    /// <summary>A fork that one person maintains, on Flink 2.2. It binds an ingress and an egress to one stream each.</summary>
    /// <remarks>https://github.com/kzmlabs/flink-statefun</remarks>
    public static StatefulFunctionsRuntime Fork { get; } =
        new("ghcr.io/kzmlabs/flink-statefun:3.4.0-KZM-3.5", isFork: true);

    /// <summary>The image that its publisher offers, by tag.</summary>
    public string Image { get; }

    /// <summary>Whether it is the fork: Flink 2 keys, Flink's own entry point, other Kinesis specifications.</summary>
    internal bool IsFork { get; }
}
