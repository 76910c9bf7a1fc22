namespace KinesisPatterns.Cdk;

/// <summary>The one bucket of a stack that keeps the access logs of its other buckets.</summary>
internal sealed class AccessLogs : Construct
{
    private AccessLogs(Construct scope) : base(scope, "AccessLogs")
    {
        // Log delivery by bucket policy; the alternative, an ACL, needs ACLs switched back on.
        Node.SetContext("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", true);

        Bucket = new Bucket(this, "Resource", new BucketProps
        {
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            Encryption = BucketEncryption.S3_MANAGED,
            EnforceSSL = true,
            LifecycleRules = [new LifecycleRule { Expiration = Duration.Days(90) }],
        });
        Bucket.Acknowledge("AwsSolutions-S1", "This bucket takes the access logs: logging its own accesses would never end.");
    }

    private Bucket Bucket { get; }

    public static IBucket Of(Construct scope)
    {
        var stack = Stack.Of(scope);
        return (stack.Node.TryFindChild("AccessLogs") as AccessLogs ?? new AccessLogs(stack)).Bucket;
    }
}
