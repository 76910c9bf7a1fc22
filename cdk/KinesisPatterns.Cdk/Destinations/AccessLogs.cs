namespace KinesisPatterns.Cdk;

/// <summary>The one bucket of a stack that keeps the access logs of its other buckets.</summary>
internal sealed class AccessLogs : Construct
{
    private const string Id = "AccessLogs";

    private AccessLogs(Construct scope) : base(scope, Id)
    {
        // Log delivery by bucket policy; the alternative, an ACL, needs ACLs switched back on.
        Node.SetContext("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", true);

        Bucket = PrivateBucket.In(this, new BucketProps
        {
            LifecycleRules =
            [
                new LifecycleRule { Expiration = Duration.Days(365), NoncurrentVersionExpiration = Duration.Days(30) },
            ],
        });
        Bucket.Acknowledge(
            "s3_bucket_logging_enabled_check", "It takes the access logs: logging its own accesses would never end.");
    }

    private Bucket Bucket { get; }

    public static IBucket Of(Construct scope)
    {
        var stack = Stack.Of(scope);
        return (stack.Node.TryFindChild(Id) as AccessLogs ?? new AccessLogs(stack)).Bucket;
    }
}
