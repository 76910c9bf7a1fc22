using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;

namespace KinesisPatterns.Cdk.Tests;

public sealed class InfluxStoreTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Is_a_private_instance_with_a_generated_password_and_logs_in_S3()
    {
        new InfluxStore(_stack, "Store");

        _stack.ShouldHaveResource("AWS::Timestream::InfluxDBInstance", """
            {
              "DeletionPolicy": "Retain",
              "Properties": {
                "DbInstanceType": "db.influx.medium",
                "AllocatedStorage": 20,
                "DeploymentType": "SINGLE_AZ",
                "Organization": "kinesis-patterns",
                "Bucket": "readings",
                "Username": "admin",
                "Password": {
                  "Fn::Join": [
                    "", ["{{resolve:secretsmanager:", { "Ref": "StoreLogin9A1EF2D3" }, ":SecretString:password::}}"]
                  ]
                },
                "PubliclyAccessible": false,
                "LogDeliveryConfiguration": {
                  "S3Configuration": { "Enabled": true, "BucketName": { "Ref": "StoreLogsA4BD9E50" } }
                }
              }
            }
            """);
        _stack.ShouldHave("AWS::SecretsManager::Secret", """
            {
              "GenerateSecretString": {
                "SecretStringTemplate": "{\"username\":\"admin\"}",
                "GenerateStringKey": "password",
                "ExcludePunctuation": true,
                "PasswordLength": 32
              }
            }
            """);
    }

    [Fact]
    public void Is_as_large_and_as_available_as_it_is_told()
    {
        new InfluxStore(_stack, "Store", new()
        {
            InstanceType = "db.influx.4xlarge",
            Storage = Size.Tebibytes(1),
            Standby = true,
            Organization = "acme",
            Bucket = "plant",
        });

        _stack.ShouldHave("AWS::Timestream::InfluxDBInstance", """
            {
              "DbInstanceType": "db.influx.4xlarge",
              "AllocatedStorage": 1024,
              "DeploymentType": "WITH_MULTIAZ_STANDBY",
              "Organization": "acme",
              "Bucket": "plant"
            }
            """);
    }

    [Fact]
    public void Its_service_may_deliver_logs_to_the_bucket()
    {
        new InfluxStore(_stack, "Store");

        _stack.ShouldHave("AWS::S3::BucketPolicy", """
            {
              "PolicyDocument": {
                "Statement": [
                  {},
                  {
                    "Principal": { "Service": "timestream-influxdb.amazonaws.com" },
                    "Action": "s3:PutObject",
                    "Resource": { "Fn::Join": ["", [{ "Fn::GetAtt": ["StoreLogsA4BD9E50", "Arn"] }, "/InfluxLogs/*"]] },
                    "Condition": null
                  }
                ]
              }
            }
            """);
    }

    [Fact]
    public void Its_network_leads_to_DynamoDB_and_Secrets_Manager_and_nowhere_else()
    {
        new InfluxStore(_stack, "Store");

        _stack.ShouldCount("AWS::EC2::NatGateway", 0);
        _stack.ShouldCount("AWS::EC2::InternetGateway", 0);
        _stack.ShouldCount("AWS::EC2::FlowLog", 1);
        _stack.ShouldCount("AWS::EC2::VPCEndpoint", 2);
        _stack.ShouldHave("AWS::EC2::VPCEndpoint", """{ "VpcEndpointType": "Gateway" }""");
        _stack.ShouldHave("AWS::EC2::VPCEndpoint", """{ "VpcEndpointType": "Interface", "PrivateDnsEnabled": true }""");
    }

    [Fact]
    public void Only_writers_reach_the_store_and_the_secrets()
    {
        new InfluxStore(_stack, "Store");

        _stack.ShouldCount("AWS::EC2::SecurityGroupIngress", 2);
        _stack.ShouldHave("AWS::EC2::SecurityGroupIngress", """
            {
              "FromPort": 8086,
              "ToPort": 8086,
              "GroupId": { "Fn::GetAtt": ["StoreStoreSecurityGroupB432764E", "GroupId"] },
              "SourceSecurityGroupId": { "Fn::GetAtt": ["StoreWriterSecurityGroupC6FBF98F", "GroupId"] }
            }
            """);
        _stack.ShouldHave("AWS::EC2::SecurityGroupIngress", """
            {
              "FromPort": 443,
              "SourceSecurityGroupId": { "Fn::GetAtt": ["StoreWriterSecurityGroupC6FBF98F", "GroupId"] }
            }
            """);
    }

    [Fact]
    public void Tells_a_writer_where_it_is_and_lets_it_read_the_login()
    {
        var store = new InfluxStore(_stack, "Store");

        store.GrantWrite(new User(_stack, "Writer"));

        Assert.Equal(
            ["INFLUX_BUCKET", "INFLUX_ORGANIZATION", "INFLUX_SECRET_ARN", "INFLUX_URL", "SERIES_STORE"],
            store.WriterEnvironment.Keys.Order());
        Assert.Equal("influx-2", store.WriterEnvironment["SERIES_STORE"]);
        Assert.Equal(store.Url, store.WriterEnvironment["INFLUX_URL"]);
        Assert.NotNull(store.WriterNetwork);
        _stack.ShouldHave("AWS::IAM::Policy", """
            {
              "PolicyDocument": {
                "Statement": [
                  {
                    "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                    "Resource": { "Ref": "StoreLogin9A1EF2D3" }
                  }
                ]
              }
            }
            """);
    }

    [Fact]
    public void Runs_in_the_network_it_is_given()
    {
        var vpc = new Vpc(_stack, "Vpc");

        var store = new InfluxStore(_stack, "Store", new()
        {
            Network = new StoreNetwork(vpc, new SubnetSelection { SubnetType = SubnetType.PRIVATE_WITH_EGRESS }),
        });

        _stack.ShouldCount("AWS::EC2::VPC", 1);
        Assert.Same(vpc, store.WriterNetwork.Vpc);
    }

    [Fact]
    public void Fails_when_storage_is_out_of_range() =>
        Synth.ShouldFail(
            "Default/Store: expected Storage of 20,971,520 KiB to 16,106,127,360 KiB, got 10,485,760 KiB",
            () => new InfluxStore(_stack, "Store", new() { Storage = Size.Gibibytes(10) }));

    [Fact]
    public void Fails_when_the_instance_type_is_none_of_InfluxDB() =>
        Synth.ShouldFail(
            "Default/Store: expected InstanceType db.influx.*, got db.r5.large",
            () => new InfluxStore(_stack, "Store", new() { InstanceType = "db.r5.large" }));
}
