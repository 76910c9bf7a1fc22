namespace KinesisPatterns.Cdk;

/// <summary>The bucket that keeps a cluster's checkpoints and savepoints.</summary>
/// <remarks>
/// No rule deletes current objects: a checkpoint refers to files that are older than itself. Versions of what Flink deleted
/// go after a day, for it deletes with each checkpoint.
/// </remarks>
internal sealed class FlinkSnapshots : Construct
{
    public const string Checkpoints = "checkpoints";
    public const string Savepoints = "savepoints";

    // What PrestoS3FileSystem of Flink's plugin calls: it lists by prefix, and asks HEAD of a bucket for its region; what it
    // uploads in parts it aborts when that fails, and never looks for parts of before.
    // https://github.com/prestodb/presto/blob/0.272/presto-hive/src/main/java/com/facebook/presto/hive/s3/PrestoS3FileSystem.java
    private static readonly string[] _onBucket = ["s3:ListBucket"];

    private static readonly string[] _onObjects =
        ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"];

    public FlinkSnapshots(Construct scope, string id) : base(scope, id) =>
        Bucket = PrivateBucket.Logged(this, oldVersions: Duration.Days(1));

    public Bucket Bucket { get; }

    public Grant Grant(IGrantable flink) => flink.Allow(_onBucket, Bucket.BucketArn).Combine(
        flink.Allow(_onObjects, Bucket.ArnForObjects($"{Checkpoints}/*"), Bucket.ArnForObjects($"{Savepoints}/*")));
}
