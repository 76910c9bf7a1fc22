namespace KinesisPatterns.Local.Iam;

/// <summary>Rights that AWS documents a service as needing of its role, though what stands for it here never asks for them.</summary>
internal static class ServiceNeeds
{
    private const string Firehose = "https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3";
    private const string Streams = "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html";
    private const string Failures = "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html";

    private static readonly Dictionary<(string Service, string Action), string> Pages = new()
    {
        [("firehose.amazonaws.com", "s3:AbortMultipartUpload")] = Firehose,
        [("firehose.amazonaws.com", "s3:GetBucketLocation")] = Firehose,
        [("firehose.amazonaws.com", "s3:GetObject")] = Firehose,
        [("firehose.amazonaws.com", "s3:ListBucket")] = Firehose,
        [("firehose.amazonaws.com", "s3:ListBucketMultipartUploads")] = Firehose,
        [("firehose.amazonaws.com", "logs:PutLogEvents")] = Firehose,
        [("lambda.amazonaws.com", "kinesis:ListStreams")] = Streams,
        [("lambda.amazonaws.com", "kinesis:SubscribeToShard")] = Streams,
        [("lambda.amazonaws.com", "s3:ListBucket")] = Failures,
        [("lambda.amazonaws.com", "s3:PutObject")] = Failures,
    };

    /// <summary>The page that says that a service needs an action of this role; null when none does.</summary>
    public static string? Page(Role role, string action) =>
        (from statement in role.Trust.Statements
         from service in statement.Principals?.Services ?? []
         select Pages.GetValueOrDefault((service, action))).FirstOrDefault(page => page is not null);
}
