namespace KinesisPatterns.Cdk;

/// <summary>
/// A private, encrypted, TLS-only, versioned bucket whose accesses are logged, and which survives its stack.
/// </summary>
public sealed class DataBucket : Construct
{
    /// <summary>Defines the bucket.</summary>
    public DataBucket(Construct scope, string id) : base(scope, id) =>
        Bucket = PrivateBucket.Logged(this, oldVersions: Duration.Days(30));

    /// <summary>The underlying L2.</summary>
    public Bucket Bucket { get; }
}
