namespace KinesisPatterns.Cdk;

/// <summary>A version of InfluxDB that Timestream runs.</summary>
/// <remarks>https://docs.aws.amazon.com/timestream/latest/developerguide/timestream-for-influxdb.html</remarks>
public enum InfluxEngine
{
    /// <summary>InfluxDB 2.7: one instance with its own storage, which any account can create.</summary>
    V2,

    /// <summary>
    /// InfluxDB 3 Core on S3. The account needs a subscription in AWS Marketplace before the first deployment.
    /// </summary>
    V3Core,

    /// <summary>
    /// InfluxDB 3 Enterprise on S3. The account needs a subscription in AWS Marketplace before the first deployment.
    /// </summary>
    V3Enterprise,
}
