namespace KinesisPatterns.Cdk.Tests;

public sealed class DataBucketTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Is_private_encrypted_versioned_and_retained()
    {
        new DataBucket(_stack, "Orders");

        _stack.ShouldHaveResource("AWS::S3::Bucket", """
            {
              "DeletionPolicy": "Retain",
              "Properties": {
                "BucketEncryption": {
                  "ServerSideEncryptionConfiguration": [
                    { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }
                  ]
                },
                "PublicAccessBlockConfiguration": {
                  "BlockPublicAcls": true,
                  "BlockPublicPolicy": true,
                  "IgnorePublicAcls": true,
                  "RestrictPublicBuckets": true
                },
                "VersioningConfiguration": { "Status": "Enabled" },
                "LoggingConfiguration": {
                  "DestinationBucketName": { "Ref": "AccessLogs247031D9" },
                  "LogFilePrefix": "Default/Orders/"
                }
              }
            }
            """);
    }

    [Fact]
    public void Answers_over_tls_only()
    {
        new DataBucket(_stack, "Orders");

        _stack.ShouldHave("AWS::S3::BucketPolicy", """
            {
              "Bucket": { "Ref": "Orders2A43276C" },
              "PolicyDocument": {
                "Statement": [
                  {
                    "Effect": "Deny",
                    "Action": "s3:*",
                    "Condition": { "Bool": { "aws:SecureTransport": "false" } }
                  }
                ]
              }
            }
            """);
    }

    [Fact]
    public void Buckets_of_a_stack_share_one_bucket_for_access_logs_that_takes_theirs_by_policy()
    {
        new DataBucket(_stack, "Orders");
        new DataBucket(_stack, "Bills");

        _stack.ShouldCount("AWS::S3::Bucket", 3);
        _stack.ShouldHave("AWS::S3::BucketPolicy", """
            {
              "Bucket": { "Ref": "AccessLogs247031D9" },
              "PolicyDocument": {
                "Statement": [
                  {},
                  {
                    "Principal": { "Service": "logging.s3.amazonaws.com" },
                    "Action": "s3:PutObject",
                    "Condition": { "ArnLike": { "aws:SourceArn": { "Fn::GetAtt": ["Orders2A43276C", "Arn"] } } }
                  },
                  { "Condition": { "ArnLike": { "aws:SourceArn": { "Fn::GetAtt": ["BillsB812701A", "Arn"] } } } }
                ]
              }
            }
            """);
        var withAcl = _stack.All("AWS::S3::Bucket")
            .Where(bucket => bucket.GetProperty("Properties").TryGetProperty("AccessControl", out _));
        Assert.Empty(withAcl);
    }
}
