using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>
/// What AWS asks of the roles of functions, mappings and delivery streams when they are deployed: a stack that fails here
/// cannot be deployed.
/// </summary>
internal sealed class ServiceRoles(Deployment deployment, Authorization authorization)
{
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    private static readonly string[] Interfaces =
        ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"];

    // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
    private static readonly string[] Reading =
        ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"];

    private static readonly string[] FanOut = ["kinesis:SubscribeToShard", "kinesis:DescribeStreamConsumer"];

    // https://docs.aws.amazon.com/xray/latest/devguide/xray-services-lambda.html
    private static readonly string[] Tracing = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

    private static readonly string[] Logging = ["logs:CreateLogStream", "logs:PutLogEvents"];

    private readonly Dictionary<string, Caller> _functions = new(StringComparer.Ordinal);

    /// <summary>Checks every role that something of this stack runs as, and gives each function its identity.</summary>
    /// <exception cref="LocalHostException">With what AWS would say of the deployment.</exception>
    public void Check(Func<Resource, bool> runs)
    {
        foreach (var function in deployment.OfType("AWS::Lambda::Function").Where(runs))
        {
            Function(function);
        }

        foreach (var application in deployment.OfType(FlinkEquivalents.Application))
        {
            Assume(application, "kinesisanalytics.amazonaws.com", (string?)application.Properties["ServiceExecutionRole"], "The service cannot assume the role");
        }

        foreach (var stream in deployment.OfType("AWS::KinesisFirehose::DeliveryStream"))
        {
            DeliveryStream(stream);
        }

        foreach (var mapping in deployment.OfType("AWS::Lambda::EventSourceMapping"))
        {
            Mapping(mapping);
        }

        foreach (var task in deployment.OfType("AWS::ECS::TaskDefinition"))
        {
            Task(task);
        }
    }

    /// <summary>What the function of that name may do.</summary>
    public Caller? OfFunction(string name) => _functions.GetValueOrDefault(name);

    private void Function(Resource function)
    {
        var roleArn = (string?)function.Properties["Role"] ?? throw new LocalHostException($"{function.Path}: expected a Role");
        var caller = _functions[function.Ref] = authorization.As(roleArn, function.Ref);
        authorization.Register($"LOCAL{function.LogicalId}", caller);
        if (FlinkEquivalents.Include(function))
        {
            return;
        }

        Assume(function, "lambda.amazonaws.com", roleArn, "The role defined for the function cannot be assumed by Lambda.");
        if ((function.Properties["VpcConfig"]?["SubnetIds"] as JsonArray)?.Count > 0)
        {
            foreach (var action in Interfaces.Where(action => caller.Refusal(action, "*") is not null))
            {
                throw new LocalHostException($"{function.Path}: The provided execution role does not have permissions to call {action["ec2:".Length..]} on EC2");
            }
        }

        if ((string?)function.Properties["TracingConfig"]?["Mode"] == "Active")
        {
            foreach (var refusal in Tracing.Select(action => caller.Refusal(action, "*")).OfType<string>())
            {
                authorization.Remark($"{function.Path}: its traces are lost: {refusal}");
            }
        }
    }

    private void Mapping(Resource mapping)
    {
        var source = (string?)mapping.Properties["EventSourceArn"] ?? "";
        var function = deployment.OfType("AWS::Lambda::Function").FirstOrDefault(f => f.Ref == (string?)mapping.Properties["FunctionName"] || f.Attributes["Arn"] == (string?)mapping.Properties["FunctionName"]);
        if (function is null || OfFunction(function.Ref) is not { } caller || !source.Contains(":kinesis:", StringComparison.Ordinal))
        {
            return;
        }

        var stream = source.Split("/consumer/")[0];
        var refusal = Reading.Select(action => caller.Refusal(action, stream))
            .Concat(stream == source ? [] : FanOut.Select(action => caller.Refusal(action, source)))
            .FirstOrDefault(one => one is not null);
        if (refusal is not null)
        {
            throw new LocalHostException(
                $"{mapping.Path}: Cannot access stream {source}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM. ({refusal})");
        }
    }

    private void DeliveryStream(Resource stream)
    {
        const string Service = "firehose.amazonaws.com";
        var p = stream.Properties;
        var destination = p["ExtendedS3DestinationConfiguration"] ?? p["S3DestinationConfiguration"];
        Unable(destination?["RoleARN"]);
        if (p["KinesisStreamSourceConfiguration"] is not { } source)
        {
            return;
        }

        Unable(source["RoleARN"]);
        if (authorization.As((string)source["RoleARN"]!, stream.Ref).Refusal("kinesis:DescribeStream", (string)source["KinesisStreamARN"]!) is { } refusal)
        {
            throw new LocalHostException($"{stream.Path}: {refusal}");
        }

        void Unable(JsonNode? role) =>
            Assume(stream, Service, (string?)role, $"Firehose is unable to assume role {role}. Please check the role provided.");
    }

    // A task that cannot start never makes its service stable, which fails the deployment.
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    private void Task(Resource task)
    {
        const string Service = "ecs-tasks.amazonaws.com";
        var (role, execution) = ((string?)task.Properties["TaskRoleArn"], (string?)task.Properties["ExecutionRoleArn"]);
        Unable(role);
        Unable(execution);
        if (execution is null)
        {
            return;
        }

        var agent = authorization.As(execution, task.LogicalId);
        foreach (var container in task.Properties["ContainerDefinitions"] as JsonArray ?? [])
        {
            var (driver, name) = ((string?)container!["LogConfiguration"]?["LogDriver"], (string?)container["Name"]);
            if (driver != "awslogs" || (string?)container["LogConfiguration"]!["Options"]?["awslogs-group"] is not { } group)
            {
                continue;
            }

            var stream = deployment.Identity.Arn("logs", $"log-group:{group}:log-stream:{container["LogConfiguration"]!["Options"]!["awslogs-stream-prefix"]}/{name}/task");
            foreach (var refusal in Logging.Select(action => agent.Refusal(action, stream)).OfType<string>())
            {
                throw new LocalHostException($"{task.Path}: ResourceInitializationError: failed to validate logger args: {refusal}");
            }
        }

        void Unable(string? roleArn) =>
            Assume(task, Service, roleArn, $"ECS was unable to assume the role '{roleArn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions.");
    }

    private void Assume(Resource resource, string service, string? roleArn, string refusal)
    {
        if (roleArn is not null && authorization.FindRole(roleArn) is { } role
            && !role.IsAssumedBy(service, resource.Attributes.GetValueOrDefault("Arn") ?? resource.Ref, deployment.Identity))
        {
            throw new LocalHostException($"{resource.Path}: {refusal}");
        }
    }
}
