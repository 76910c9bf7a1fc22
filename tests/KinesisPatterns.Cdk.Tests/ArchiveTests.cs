using Amazon.CDK.AWS.KMS;
using Amazon.CDK.AWS.S3;

namespace KinesisPatterns.Cdk.Tests;

public sealed class ArchiveTests
{
    private readonly Stack _stack = new();
    private readonly DataStream _orders;

    public ArchiveTests() => _orders = new DataStream(_stack, "Orders");

    [Fact]
    public void Keeps_every_record_on_a_line_compressed_under_its_hour()
    {
        new Archive(_stack, "Keep", new() { Source = _orders.Stream });

        _stack.ShouldHave("AWS::KinesisFirehose::DeliveryStream", """
            {
              "DeliveryStreamType": "KinesisStreamAsSource",
              "KinesisStreamSourceConfiguration": { "KinesisStreamARN": { "Fn::GetAtt": ["Orders2A43276C", "Arn"] } },
              "ExtendedS3DestinationConfiguration": {
                "CompressionFormat": "GZIP",
                "Prefix": "data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/",
                "BufferingHints": { "IntervalInSeconds": 300, "SizeInMBs": 64 },
                "CloudWatchLoggingOptions": { "Enabled": true },
                "ProcessingConfiguration": {
                  "Enabled": true,
                  "Processors": [
                    {
                      "Type": "AppendDelimiterToRecord",
                      "Parameters": [{ "ParameterName": "Delimiter", "ParameterValue": "\\n" }]
                    }
                  ]
                }
              }
            }
            """);
    }

    [Fact]
    public void Shares_a_bucket_in_a_folder_of_its_own()
    {
        var bucket = new Bucket(_stack, "Bucket");

        new Archive(_stack, "Keep", new() { Source = _orders.Stream, Bucket = bucket, Folder = "raw/" });

        var delivery = _stack.Only("AWS::KinesisFirehose::DeliveryStream").GetProperty("Properties")
            .GetProperty("ExtendedS3DestinationConfiguration");
        Assert.StartsWith("raw/data/year=", delivery.GetProperty("Prefix").GetString());
        Assert.StartsWith(
            "raw/errors/!{firehose:error-output-type}/", delivery.GetProperty("ErrorOutputPrefix").GetString());
        _stack.ShouldHave("AWS::IAM::Policy", """
            {
              "PolicyDocument": {
                "Statement": [
                  { "Resource": { "Fn::GetAtt": ["Orders2A43276C", "Arn"] } },
                  { "Resource": { "Fn::GetAtt": ["Bucket83908E77", "Arn"] } },
                  {
                    "Action": ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
                    "Resource": [
                      { "Fn::Join": ["", [{ "Fn::GetAtt": ["Bucket83908E77", "Arn"] }, "/raw/data/*"]] },
                      { "Fn::Join": ["", [{ "Fn::GetAtt": ["Bucket83908E77", "Arn"] }, "/raw/errors/*"]] }
                    ]
                  },
                  {}
                ]
              }
            }
            """);
    }

    [Fact]
    public void Reads_the_stream_and_writes_the_bucket_and_its_log_and_nothing_else()
    {
        new Archive(_stack, "Keep", new() { Source = _orders.Stream });

        Assert.Equal(
            [
                "kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards",
                "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads",
                "s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject",
                "logs:CreateLogStream", "logs:PutLogEvents",
            ],
            _stack.AllowedActions());
        _stack.ShouldHave("AWS::IAM::Role", """
            {
              "AssumeRolePolicyDocument": {
                "Statement": [
                  {
                    "Principal": { "Service": "firehose.amazonaws.com" },
                    "Condition": { "StringEquals": { "aws:SourceAccount": { "Ref": "AWS::AccountId" } } }
                  }
                ]
              }
            }
            """);
    }

    [Fact]
    public void Reads_a_stream_with_a_customer_key()
    {
        var secret = new DataStream(_stack, "Secret", new() { Key = new Key(_stack, "Key") });

        new Archive(_stack, "Keep", new() { Source = secret.Stream });

        Assert.Contains("kms:Decrypt", _stack.AllowedActions());
    }

    [Fact]
    public void Is_made_after_its_rights()
    {
        new Archive(_stack, "Keep", new() { Source = _orders.Stream });

        _stack.ShouldHaveResource("AWS::KinesisFirehose::DeliveryStream", """
            { "DependsOn": ["KeepRoleDefaultPolicyBFBA5DB8"] }
            """);
    }

    [Fact]
    public void Transforms_records_before_it_ends_their_lines()
    {
        var function = new PublishedFunction(_stack, "Transform", Published.Function).Function;

        new Archive(_stack, "Keep", new() { Source = _orders.Stream, Transform = function });

        _stack.ShouldHave("AWS::KinesisFirehose::DeliveryStream", """
            {
              "ExtendedS3DestinationConfiguration": {
                "ProcessingConfiguration": {
                  "Processors": [
                    {
                      "Type": "Lambda",
                      "Parameters": [
                        {
                          "ParameterName": "LambdaArn",
                          "ParameterValue": { "Fn::GetAtt": ["Transform98E31DF8", "Arn"] }
                        }
                      ]
                    },
                    { "Type": "AppendDelimiterToRecord" }
                  ]
                }
              }
            }
            """);
        Assert.Contains("lambda:InvokeFunction", _stack.AllowedActions());
    }

    [Fact]
    public void Its_metrics_are_those_of_this_delivery()
    {
        var archive = new Archive(_stack, "Keep", new() { Source = _orders.Stream });

        new Alarms(
            _stack,
            "Alarms",
            new("Stale", archive.MetricFreshness(), 900, "Look."),
            new("Failing", archive.MetricSuccess(), 1, "Look."));

        var dimensions = """[{"Name":"DeliveryStreamName","Value":{"Ref":"Keep4E804DFF"}}]""";
        Assert.Equal(
            [("DeliveryToS3.DataFreshness", "Maximum", dimensions), ("DeliveryToS3.Success", "Average", dimensions)],
            [.. _stack.AlarmedMetrics()]);
    }

    [Theory]
    [InlineData(0, "0 KiB")]
    [InlineData(129, "132,096 KiB")]
    public void Fails_when_the_buffer_size_is_out_of_range(int mebibytes, string got) =>
        Synth.ShouldFail(
            $"Default/Keep: expected BufferSize of 1,024 KiB to 131,072 KiB, got {got}",
            () => new Archive(_stack, "Keep", new()
            {
                Source = _orders.Stream,
                BufferSize = Size.Mebibytes(mebibytes),
            }));

    [Fact]
    public void Fails_when_the_buffer_interval_is_out_of_range() =>
        Synth.ShouldFail(
            "Default/Keep: expected BufferInterval of 0 seconds to 15 minutes, got 15 minutes 1 second",
            () => new Archive(_stack, "Keep", new()
            {
                Source = _orders.Stream,
                BufferInterval = Duration.Seconds(901),
            }));
}
