using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.S3;

namespace KinesisPatterns.Local.Hosting;

/// <summary>Keeps what a mapping gave up in the bucket that the mapping names.</summary>
/// <param name="s3">Where the buckets are.</param>
/// <param name="kept">Is told of every document, after it was kept.</param>
internal sealed class FailureDestination(S3Service s3, Action<FailureDocument> kept) : IFailureDestination
{
    private const string BucketArn = "arn:aws:s3:::";

    public async Task SendAsync(string destinationArn, FailureDocument document, CancellationToken cancellationToken)
    {
        if (!destinationArn.StartsWith(BucketArn, StringComparison.Ordinal))
        {
            throw new LocalHostException($"a failure destination that is no bucket does not run here: {destinationArn}");
        }

        await s3.Bucket(destinationArn[BucketArn.Length..]).PutAsync(document.S3Key, document.S3Body, cancellationToken);
        kept(document);
    }
}
