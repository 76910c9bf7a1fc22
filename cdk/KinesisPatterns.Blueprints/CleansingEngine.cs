namespace KinesisPatterns.Blueprints;

/// <summary>What cleanses readings; equal input gives equal output.</summary>
public enum CleansingEngine
{
    /// <summary>A Lambda function.</summary>
    Function,

    /// <summary>A job of Flink SQL on Managed Service for Apache Flink (flink-apps/reading-cleansing).</summary>
    Flink,
}
