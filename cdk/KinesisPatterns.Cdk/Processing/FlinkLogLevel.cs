namespace KinesisPatterns.Cdk;

/// <summary>The least severe messages that a Flink application logs.</summary>
public enum FlinkLogLevel
{
    /// <summary>Everything, at a price: not for production.</summary>
    Debug,

    /// <summary>What happens.</summary>
    Info,

    /// <summary>What may be wrong.</summary>
    Warn,

    /// <summary>What is wrong.</summary>
    Error,
}
