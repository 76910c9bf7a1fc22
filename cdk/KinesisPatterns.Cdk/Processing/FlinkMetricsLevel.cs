namespace KinesisPatterns.Cdk;

/// <summary>For what CloudWatch gets metrics of a Flink application; every level but the first costs per metric.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/metrics-dimensions.html</remarks>
public enum FlinkMetricsLevel
{
    /// <summary>For the application.</summary>
    Application,

    /// <summary>For each task as well.</summary>
    Task,

    /// <summary>For each operator as well.</summary>
    Operator,

    /// <summary>For each parallel part of an operator as well: not for a parallelism above 64.</summary>
    Parallelism,
}
