namespace KinesisPatterns.Cdk;

/// <summary>What every bucket here has in common.</summary>
internal static class PrivateBucket
{
    /// <summary>A bucket whose accesses are logged.</summary>
    public static Bucket Logged(Construct scope, Duration oldVersions) => In(scope, new BucketProps
    {
        ServerAccessLogsBucket = AccessLogs.Of(scope),
        ServerAccessLogsPrefix = $"{scope.Node.Path}/",
        LifecycleRules =
        [
            new LifecycleRule
            {
                AbortIncompleteMultipartUploadAfter = Duration.Days(7),
                NoncurrentVersionExpiration = oldVersions,
            },
        ],
    });

    public static Bucket In(Construct scope, BucketProps props)
    {
        props.BlockPublicAccess = BlockPublicAccess.BLOCK_ALL;
        props.Encryption = BucketEncryption.S3_MANAGED;
        props.EnforceSSL = true;
        props.Versioned = true;

        var bucket = new Bucket(scope, "Resource", props);
        bucket.Acknowledge(
            "s3_bucket_default_encryption_kms_check",
            "S3 encrypts with its own key; whoever needs a customer key passes a bucket that has one.");
        bucket.Acknowledge("s3_event_notifications_enabled_check", "Nothing has to happen when an object is written.");
        bucket.Acknowledge(
            "s3_bucket_object_lock_enabled_check",
            "Versions keep what is overwritten; a lock would also keep what the law tells its owner to delete.");
        return bucket;
    }
}
