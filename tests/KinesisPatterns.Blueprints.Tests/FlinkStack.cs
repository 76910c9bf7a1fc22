using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;
using KinesisPatterns.Cdk;
using KinesisPatterns.Cdk.Tests;

namespace KinesisPatterns.Blueprints.Tests;

/// <summary>No blueprint, but a stack that uses every option of a Flink application, for the checks.</summary>
internal sealed class FlinkStack : Stack
{
    public FlinkStack(Constructs.Construct scope, string id) : base(scope, id)
    {
        var topic = new AlarmTopic(this, "Alarms");
        var readings = new DataStream(this, "Readings");
        var cleansed = new DataStream(this, "Cleansed");
        var code = FlinkJob.Sql("INSERT INTO '${Streams.Cleansed.arn}' SELECT * FROM '${Streams.Readings.arn}'");
        var job = new FlinkApplication(this, "Job", new() { Code = code, Lifecycle = Published.Function });
        job.GrantRead("Readings", readings);
        job.GrantWrite("Cleansed", cleansed);
        job.Alarms.Notify(topic.Topic);

        var vpc = Vpc.FromVpcAttributes(this, "Vpc", new VpcAttributes
        {
            VpcId = "vpc-12345678",
            AvailabilityZones = ["a", "b"],
            PrivateSubnetIds = ["subnet-12345678", "subnet-87654321"],
        });
        var everything = new FlinkApplication(this, "Everything", new()
        {
            Code = code,
            Lifecycle = Published.Function,
            Runtime = FlinkRuntime.V1_20,
            Checkpoints = new(),
            Network = new(
                vpc,
                new SubnetSelection { SubnetType = SubnetType.PRIVATE_WITH_EGRESS },
                SecurityGroup.FromSecurityGroupId(this, "Group", "sg-12345678")),
            Key = Key(),
            MaintenanceStart = new TimeOnly(3, 0),
        });
        everything.GrantRead("Readings", readings);
        everything.GrantWrite("Cleansed", cleansed);
        everything.Alarms.Notify(topic.Topic);
    }

    private Key Key()
    {
        var key = new Key(this, "Key", new KeyProps { EnableKeyRotation = true });
        key.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Effect = Effect.DENY,
            Principals = [new StarPrincipal()],
            Actions = ["kms:CreateGrant"],
            Resources = ["*"],
            Conditions = new Dictionary<string, object>
            {
                ["BoolIfExists"] = new Dictionary<string, object>
                {
                    ["kms:GrantIsForAWSResource"] = "false",
                    ["aws:PrincipalIsAWSService"] = "false",
                },
            },
        }));
        return key;
    }
}
