using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Assembly;

/// <summary>What CloudFormation would answer for <c>Ref</c> and <c>Fn::GetAtt</c>, from a resource's type and logical id alone.</summary>
internal static class Naming
{
    private delegate (string Ref, Dictionary<string, string> Attributes) Rule(string name, AwsIdentity aws);

    private static readonly Dictionary<string, (string? NameProperty, Rule Rule)> Rules = new(StringComparer.Ordinal)
    {
        ["AWS::Kinesis::Stream"] = ("Name", (n, aws) => (n, Arn(aws.Arn("kinesis", $"stream/{n}")))),
        ["AWS::Lambda::Function"] = ("FunctionName", (n, aws) => (n, Arn(aws.Arn("lambda", $"function:{n}")))),
        ["AWS::Lambda::EventSourceMapping"] = (null, (n, aws) => Mapping(StableGuid(n), aws)),
        ["AWS::DynamoDB::Table"] = ("TableName", (n, aws) => (n, Table(n, aws))),
        ["AWS::DynamoDB::GlobalTable"] = ("TableName", (n, aws) => (n, Table(n, aws))),
        ["AWS::S3::Bucket"] = ("BucketName", (n, aws) => Bucket(BucketName(n), aws)),
        ["AWS::KinesisFirehose::DeliveryStream"] = ("DeliveryStreamName", (n, aws) => (n, Arn(aws.Arn("firehose", $"deliverystream/{n}")))),
        ["AWS::SecretsManager::Secret"] = ("Name", (n, aws) => (aws.Arn("secretsmanager", $"secret:{n}-local0"), new() { ["Id"] = aws.Arn("secretsmanager", $"secret:{n}-local0") })),
        ["AWS::Timestream::InfluxDBInstance"] = ("Name", Influx),
        ["AWS::Timestream::InfluxDBCluster"] = ("Name", Influx),
        ["AWS::Timestream::Database"] = ("DatabaseName", (n, aws) => (n, Arn(aws.Arn("timestream", $"database/{n}")))),
        ["AWS::Timestream::Table"] = ("TableName", (n, aws) => (n, new() { ["Arn"] = aws.Arn("timestream", $"table/{n}"), ["Name"] = n })),
        ["AWS::ApiGateway::RestApi"] = (null, (n, _) => (n, new() { ["RestApiId"] = n, ["RootResourceId"] = $"{n}-root" })),
        ["AWS::ApiGateway::Resource"] = (null, (n, _) => (n, new() { ["ResourceId"] = n })),
        ["AWS::ApiGateway::Stage"] = ("StageName", (n, _) => (n, [])),
        ["AWS::IAM::Role"] = ("RoleName", (n, aws) => (n, new() { ["Arn"] = aws.GlobalArn("iam", $"role/{n}"), ["RoleId"] = $"AROA{n}" })),
        ["AWS::Logs::LogGroup"] = ("LogGroupName", (n, aws) => (n, Arn(aws.Arn("logs", $"log-group:{n}:*")))),
        ["AWS::SQS::Queue"] = ("QueueName", (n, aws) => (QueueUrl(n, aws), new() { ["Arn"] = aws.Arn("sqs", n), ["QueueName"] = n, ["QueueUrl"] = QueueUrl(n, aws) })),
        ["AWS::SNS::Topic"] = ("TopicName", (n, aws) => (aws.Arn("sns", n), new() { ["TopicArn"] = aws.Arn("sns", n), ["TopicName"] = n })),
        ["AWS::Events::EventBus"] = ("Name", (n, aws) => (n, new() { ["Arn"] = aws.Arn("events", $"event-bus/{n}"), ["Name"] = n })),
        ["AWS::StepFunctions::StateMachine"] = ("StateMachineName", (n, aws) => (aws.Arn("states", $"stateMachine:{n}"), new() { ["Arn"] = aws.Arn("states", $"stateMachine:{n}"), ["Name"] = n })),
        ["AWS::Events::Rule"] = ("Name", (n, aws) => (n, Arn(aws.Arn("events", $"rule/{n}")))),
        ["AWS::KMS::Key"] = (null, (n, aws) => (StableGuid(n), new() { ["Arn"] = aws.Arn("kms", $"key/{StableGuid(n)}"), ["KeyId"] = StableGuid(n) })),
    };

    public static (string Ref, Dictionary<string, string> Attributes) Of(
        string type, string stack, string logicalId, JsonObject? properties, AwsIdentity aws)
    {
        if (type == "AWS::Kinesis::StreamConsumer")
        {
            return Consumer(Json.Text(properties?["StreamARN"]), Json.Text(properties?["ConsumerName"]));
        }

        var (property, rule) = Rules.GetValueOrDefault(type, (null, (name, _) => (name, [])));
        var given = property is null ? null : properties?[property] as JsonValue;
        return rule(given is null ? $"{stack}-{logicalId}" : Json.Text(given), aws);
    }

    /// <summary>An attribute of a resource that does not run here: well-formed, and unlike any real one.</summary>
    public static string Unknown(Resource resource, string attribute, AwsIdentity aws) =>
        attribute.EndsWith("Arn", StringComparison.Ordinal)
            ? aws.Arn(Service(resource.Type), $"{resource.Ref}/{attribute}")
            : $"{resource.Ref}.{attribute}";

    private static string Service(string type) =>
        type.StartsWith("AWS::", StringComparison.Ordinal) ? type.Split("::")[1].ToLowerInvariant() : "local";

    private static Dictionary<string, string> Arn(string arn) => new() { ["Arn"] = arn };

    private static Dictionary<string, string> Table(string name, AwsIdentity aws) => new()
    {
        ["Arn"] = aws.Arn("dynamodb", $"table/{name}"),
        ["StreamArn"] = aws.Arn("dynamodb", $"table/{name}/stream/local"),
        ["TableId"] = StableGuid(name),
    };

    private static (string, Dictionary<string, string>) Mapping(string id, AwsIdentity aws) =>
        (id, new() { ["Id"] = id, ["EventSourceMappingArn"] = aws.Arn("lambda", $"event-source-mapping:{id}") });

    private static (string, Dictionary<string, string>) Bucket(string name, AwsIdentity aws) => (name, new()
    {
        ["Arn"] = $"arn:{AwsIdentity.Partition}:s3:::{name}",
        ["DomainName"] = $"{name}.s3.amazonaws.com",
        ["RegionalDomainName"] = $"{name}.s3.{aws.Region}.amazonaws.com",
    });

    private static (string, Dictionary<string, string>) Influx(string name, AwsIdentity aws) => (name, new()
    {
        ["Id"] = name,
        ["Arn"] = aws.Arn("timestream-influxdb", $"db-instance/{name}"),
        ["Endpoint"] = InfluxEndpoint(name, aws),
        ["InfluxAuthParametersSecretArn"] = aws.Arn("secretsmanager", $"secret:READONLY-InfluxDB-auth-parameters-{name}-local0"),
    });

    public static string InfluxEndpoint(string name, AwsIdentity aws) =>
        $"{name.ToLowerInvariant()}.timestream-influxdb.{aws.Region}.on.aws";

    /// <summary>The second of creation in the ARN of every consumer of a template.</summary>
    public static readonly DateTimeOffset ConsumerCreated = DateTimeOffset.FromUnixTimeSeconds(1_767_225_600);

    private static (string, Dictionary<string, string>) Consumer(string stream, string name)
    {
        var seconds = Json.Text(ConsumerCreated.ToUnixTimeSeconds());
        var arn = $"{stream}/consumer/{name}:{seconds}";
        return (arn, new()
        {
            ["ConsumerARN"] = arn,
            ["ConsumerName"] = name,
            ["ConsumerStatus"] = "ACTIVE",
            ["ConsumerCreationTimestamp"] = seconds,
            ["StreamARN"] = stream,
        });
    }

    private static string QueueUrl(string name, AwsIdentity aws) => $"https://sqs.{aws.Region}.amazonaws.com/{aws.Account}/{name}";

    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    private static string BucketName(string name)
    {
        var lower = name.ToLowerInvariant();
        return lower.Length <= 63 ? lower : lower[..63];
    }

    private static string StableGuid(string name) =>
        new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString();
}
