namespace KinesisPatterns.Cdk;

/// <summary>The bucket that Timestream for InfluxDB delivers its logs to.</summary>
/// <remarks>https://docs.aws.amazon.com/timestream/latest/developerguide/timestream-for-influxdb.html</remarks>
internal static class InfluxLogs
{
    public static Bucket In(Construct scope)
    {
        var bucket = new DataBucket(scope, "Logs").Bucket;

        // The policy that AWS documents. The service reads it before it makes an instance, and has been seen to refuse
        // one with a condition on aws:SourceAccount; it delivers to buckets of the instance's own account only.
        bucket.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Principals = [new ServicePrincipal("timestream-influxdb.amazonaws.com")],
            Actions = ["s3:PutObject"],
            Resources = [bucket.ArnForObjects("InfluxLogs/*")],
        }));

        return bucket;
    }
}
