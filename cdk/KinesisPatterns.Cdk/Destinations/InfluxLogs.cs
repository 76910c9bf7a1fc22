namespace KinesisPatterns.Cdk;

/// <summary>The bucket that Timestream for InfluxDB delivers its logs to.</summary>
internal static class InfluxLogs
{
    public static Bucket In(Construct scope)
    {
        var bucket = new DataBucket(scope, "Logs").Bucket;
        var stack = Stack.Of(scope);
        bucket.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Principals = [new ServicePrincipal("timestream-influxdb.amazonaws.com")],
            Actions = ["s3:PutObject"],
            Resources = [bucket.ArnForObjects("InfluxLogs/*")],
            Conditions = new Dictionary<string, object>
            {
                ["StringEquals"] = new Dictionary<string, object> { ["aws:SourceAccount"] = stack.Account },
                ["ArnLike"] = new Dictionary<string, object>
                {
                    ["aws:SourceArn"] = stack.FormatArn(new ArnComponents
                    {
                        Service = "timestream-influxdb",
                        Resource = "db-instance",
                        ResourceName = "*",
                    }),
                },
            },
        }));

        return bucket;
    }
}
