namespace KinesisPatterns.Cdk;

/// <summary>A private, encrypted, TLS-only, versioned bucket whose accesses are logged, and which survives its stack.</summary>
public sealed class DataBucket : Construct
{
    /// <summary>Defines the bucket.</summary>
    public DataBucket(Construct scope, string id) : base(scope, id)
    {
        Bucket = new Bucket(this, "Resource", new BucketProps
        {
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            Encryption = BucketEncryption.S3_MANAGED,
            EnforceSSL = true,
            Versioned = true,
            ServerAccessLogsBucket = AccessLogs.Of(this),
            ServerAccessLogsPrefix = $"{id}/",
            LifecycleRules =
            [
                new LifecycleRule
                {
                    AbortIncompleteMultipartUploadAfter = Duration.Days(7),
                    NoncurrentVersionExpiration = Duration.Days(30),
                },
            ],
        });
    }

    /// <summary>The underlying L2.</summary>
    public Bucket Bucket { get; }
}
