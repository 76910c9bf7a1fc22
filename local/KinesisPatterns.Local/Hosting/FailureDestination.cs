using System.Text;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Messaging;
using KinesisPatterns.Local.S3;

namespace KinesisPatterns.Local.Hosting;

/// <summary>Keeps what a mapping gave up in the bucket, the queue or the topic that the mapping names.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html</remarks>
/// <param name="s3">Where the buckets are.</param>
/// <param name="queues">Where the queues are.</param>
/// <param name="topics">Where the topics are.</param>
/// <param name="kept">Is told of every document, after it was kept.</param>
/// <param name="callerOf">What the role of a function may do; null when permissions are not enforced.</param>
internal sealed class FailureDestination(S3Service s3, SqsService queues, SnsService topics, Action<FailureDocument> kept, Func<string, Caller?>? callerOf = null) : IFailureDestination
{
    public async Task SendAsync(string destinationArn, FailureDocument document, CancellationToken cancellationToken)
    {
        var role = callerOf?.Invoke(document.Function);
        switch (destinationArn.Split(':', 6))
        {
            case ["arn", _, "s3", _, _, var bucket]:
                role?.Demand("s3:ListBucket", destinationArn);
                S3Rights.DemandPut(role, bucket, document.S3Key);
                await s3.Bucket(bucket).PutAsync(document.S3Key, document.S3Body, cancellationToken);
                break;
            case ["arn", _, "sqs", ..]:
                role?.Demand("sqs:SendMessage", destinationArn);
                role?.DemandKeyOf(destinationArn, "sqs", "kms:GenerateDataKey", "kms:Decrypt");
                queues.Get(destinationArn).Send(Encoding.UTF8.GetString(document.Metadata.Span));
                break;
            case ["arn", _, "sns", ..]:
                role?.Demand("sns:Publish", destinationArn);
                role?.DemandKeyOf(destinationArn, "sns", "kms:GenerateDataKey", "kms:Decrypt");
                topics.Publish(destinationArn, Encoding.UTF8.GetString(document.Metadata.Span));
                break;
            default:
                throw new LocalHostException($"a failure destination that is no bucket, queue or topic does not run here: {destinationArn}");
        }

        kept(document);
    }
}
