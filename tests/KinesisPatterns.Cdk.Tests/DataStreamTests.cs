using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;

namespace KinesisPatterns.Cdk.Tests;

public sealed class DataStreamTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Is_encrypted_on_demand_and_retained_by_default()
    {
        new DataStream(_stack, "Orders");

        _stack.ShouldHaveResource("AWS::Kinesis::Stream", """
            {
              "DeletionPolicy": "Retain",
              "UpdateReplacePolicy": "Retain",
              "Properties": {
                "RetentionPeriodHours": 24,
                "StreamModeDetails": { "StreamMode": "ON_DEMAND" },
                "StreamEncryption": { "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis" },
                "ShardCount": null,
                "MaxRecordSizeInKiB": null,
                "WarmThroughputMiBps": null,
                "DesiredShardLevelMetrics": null
              }
            }
            """);
    }

    [Fact]
    public void Has_the_shards_it_is_given()
    {
        new DataStream(_stack, "Orders", new() { Capacity = StreamCapacity.Provisioned(shards: 4) });

        _stack.ShouldHave("AWS::Kinesis::Stream", """
            { "ShardCount": 4, "StreamModeDetails": { "StreamMode": "PROVISIONED" } }
            """);
    }

    [Fact]
    public void Keeps_warm_throughput_with_on_demand_advantage()
    {
        var capacity = StreamCapacity.OnDemandAdvantage(warmThroughputMiBps: 100);

        new DataStream(_stack, "Orders", new() { Capacity = capacity });

        _stack.ShouldHave("AWS::Kinesis::Stream", """
            { "WarmThroughputMiBps": 100, "StreamModeDetails": { "StreamMode": "ON_DEMAND" }, "ShardCount": null }
            """);
    }

    [Fact]
    public void Takes_large_records_and_keeps_metrics_per_shard()
    {
        new DataStream(_stack, "Orders", new()
        {
            MaximumRecordSize = Size.Mebibytes(10),
            ShardMetrics = [ShardMetric.IncomingRecords, ShardMetric.IteratorAgeMilliseconds],
        });

        _stack.ShouldHave("AWS::Kinesis::Stream", """
            { "MaxRecordSizeInKiB": 10240, "DesiredShardLevelMetrics": ["IncomingRecords", "IteratorAgeMilliseconds"] }
            """);
    }

    [Fact]
    public void Goes_with_its_stack_when_told_to()
    {
        new DataStream(_stack, "Orders", new() { RemovalPolicy = RemovalPolicy.DESTROY });

        _stack.ShouldHaveResource("AWS::Kinesis::Stream", """{ "DeletionPolicy": "Delete" }""");
    }

    [Fact]
    public void Uses_a_customer_key_and_says_why_that_is_accepted()
    {
        var stream = new DataStream(_stack, "Orders", new() { Key = new Key(_stack, "Key") });

        Assert.NotNull(stream.Stream.EncryptionKey);
        _stack.ShouldHaveResource("AWS::Kinesis::Stream", """
            {
              "Properties": {
                "StreamEncryption": { "EncryptionType": "KMS", "KeyId": { "Fn::GetAtt": ["Key961B73FD", "Arn"] } }
              },
              "Metadata": { "cdk_nag": { "rules_to_suppress": [{ "id": "AwsSolutions-KDS3" }] } }
            }
            """);
    }

    [Theory]
    [InlineData(23, "23 hours")]
    [InlineData(8_761, "365 days 1 hour")]
    public void Fails_when_retention_is_out_of_range(int hours, string got) =>
        Synth.ShouldFail(
            $"Default/Orders: expected Retention of 1 day to 365 days, got {got}",
            () => new DataStream(_stack, "Orders", new() { Retention = Duration.Hours(hours) }));

    [Fact]
    public void Accepts_retention_known_only_at_deployment() =>
        new DataStream(_stack, "Orders", new() { Retention = Duration.Hours(Token.AsNumber(Fn.ImportValue("Hours"))) });

    [Theory]
    [InlineData(1_023, "1,023 KiB")]
    [InlineData(10_241, "10,241 KiB")]
    public void Fails_when_the_record_size_is_out_of_range(int kibibytes, string got) =>
        Synth.ShouldFail(
            $"Default/Orders: expected MaximumRecordSize of 1,024 KiB to 10,240 KiB, got {got}",
            () => new DataStream(_stack, "Orders", new() { MaximumRecordSize = Size.Kibibytes(kibibytes) }));

    [Fact]
    public void Fails_without_a_shard() =>
        Synth.ShouldFail(
            "Default/Orders: expected Shards of at least 1, got 0",
            () => new DataStream(_stack, "Orders", new() { Capacity = StreamCapacity.Provisioned(0) }));

    [Theory]
    [InlineData(0)]
    [InlineData(10_241)]
    public void Fails_when_warm_throughput_is_out_of_range(int mebibytes) =>
        Synth.ShouldFail(
            $"Default/Orders: expected WarmThroughputMiBps of 1 to 10,240, got {mebibytes:#,0}",
            () => new DataStream(_stack, "Orders", new() { Capacity = StreamCapacity.OnDemandAdvantage(mebibytes) }));

    [Theory]
    [InlineData("on demand", 20)]
    [InlineData("provisioned", 20)]
    [InlineData("on-demand advantage", 50)]
    public void Fails_when_it_gets_more_consumers_than_its_mode_allows(string mode, int allowed)
    {
        var stream = new DataStream(_stack, "Orders", new()
        {
            Capacity = mode switch
            {
                "on demand" => StreamCapacity.OnDemand(),
                "provisioned" => StreamCapacity.Provisioned(1),
                _ => StreamCapacity.OnDemandAdvantage(),
            },
        });
        foreach (var number in Enumerable.Range(1, allowed))
        {
            stream.AddConsumer($"Consumer{number}");
        }

        Synth.ShouldFail(
            $"Default/Orders: expected at most {allowed} fan-out consumers, got one more, 'Last'",
            () => stream.AddConsumer("Last"));
    }

    [Fact]
    public void Granting_write_includes_the_key()
    {
        var stream = new DataStream(_stack, "Orders", new() { Key = new Key(_stack, "Key") });

        stream.GrantWrite(new User(_stack, "Producer"));

        Assert.Equal(
            [
                "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords",
                "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
            ],
            _stack.AllowedActions());
    }

    [Fact]
    public void Granting_read_includes_the_key()
    {
        var stream = new DataStream(_stack, "Orders", new() { Key = new Key(_stack, "Key") });

        stream.GrantRead(new User(_stack, "Consumer"));

        Assert.Contains("kinesis:GetRecords", _stack.AllowedActions());
        Assert.Contains("kms:Decrypt", _stack.AllowedActions());
    }

    [Fact]
    public void Granting_read_and_write_includes_the_key()
    {
        var stream = new DataStream(_stack, "Orders", new() { Key = new Key(_stack, "Key") });

        stream.GrantReadWrite(new User(_stack, "Both"));

        Assert.Superset(
            new HashSet<string>(["kinesis:GetRecords", "kinesis:PutRecords", "kms:Decrypt", "kms:GenerateDataKey*"]),
            _stack.AllowedActions().ToHashSet());
    }

    [Fact]
    public void Its_endpoint_admits_this_stream_and_this_account_only()
    {
        var stream = new DataStream(_stack, "Orders");

        stream.AddInterfaceEndpoint("Endpoint", new Vpc(_stack, "Vpc"));

        _stack.ShouldHave("AWS::EC2::VPCEndpoint", """
            {
              "VpcEndpointType": "Interface",
              "PolicyDocument": {
                "Statement": [
                  {
                    "Effect": "Allow",
                    "Principal": { "AWS": "*" },
                    "Condition": { "StringEquals": { "aws:PrincipalAccount": { "Ref": "AWS::AccountId" } } },
                    "Resource": [
                      { "Fn::GetAtt": ["Orders2A43276C", "Arn"] },
                      { "Fn::Join": ["", [{ "Fn::GetAtt": ["Orders2A43276C", "Arn"] }, "/consumer/*"]] }
                    ]
                  }
                ]
              }
            }
            """);
    }

    [Fact]
    public void Its_metrics_are_those_of_this_stream()
    {
        var stream = new DataStream(_stack, "Orders");

        new Alarms(
            _stack,
            "Alarms",
            new("Age", stream.MetricIteratorAge(), 0, "Look."),
            new("Records", stream.MetricIncomingRecords(), 0, "Look."),
            new("Bytes", stream.MetricIncomingBytes(), 0, "Look."),
            new("Writes", stream.MetricWriteThroughputExceeded(), 0, "Look."),
            new("Reads", stream.MetricReadThroughputExceeded(), 0, "Look."));

        var dimensions = """[{"Name":"StreamName","Value":{"Ref":"Orders2A43276C"}}]""";
        Assert.Equal(
            [
                ("GetRecords.IteratorAgeMilliseconds", "Maximum", dimensions),
                ("IncomingBytes", "Sum", dimensions),
                ("IncomingRecords", "Sum", dimensions),
                ("ReadProvisionedThroughputExceeded", "Sum", dimensions),
                ("WriteProvisionedThroughputExceeded", "Sum", dimensions),
            ],
            _stack.AlarmedMetrics());
    }
}
