namespace KinesisPatterns.Local.Tests.Iam;

/// <summary>What AWS refuses when a stack is deployed keeps the host from starting.</summary>
public sealed class ServiceRolesTests
{
    private const string ReadStream = """["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]""";
    private const string Interfaces = """["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]""";

    [Theory]
    [InlineData("firehose", ReadStream, "{}", "Function: The role defined for the function cannot be assumed by Lambda.")]
    [InlineData("lambda", ReadStream, """{ "SubnetIds": ["subnet-1"] }""", "Function: The provided execution role does not have permissions to call CreateNetworkInterface on EC2")]
    [InlineData("lambda", Interfaces, """{ "SubnetIds": ["subnet-1"] }""", "Mapping: Cannot access stream arn:aws:kinesis:us-east-1:000000000000:stream/Demo-Stream. Please ensure the role can perform")]
    [InlineData("lambda", """["kinesis:Get*", "kinesis:Describe*"]""", "{}", "because no identity-based policy allows the kinesis:ListShards action")]
    public async Task A_function_needs_its_role_and_a_mapping_its_stream(string service, string actions, string network, string message)
    {
        var error = await RefusedAsync(service, actions, $$"""
            "Function": { "Type": "AWS::Lambda::Function", "Properties": {
              "Code": { "S3Key": "none.zip" }, "Handler": "None", "Runtime": "dotnet10", "Role": { "Fn::GetAtt": ["Role", "Arn"] }, "VpcConfig": {{network}} } },
            "Mapping": { "Type": "AWS::Lambda::EventSourceMapping", "Properties": {
              "EventSourceArn": { "Fn::GetAtt": ["Stream", "Arn"] }, "FunctionName": { "Ref": "Function" }, "StartingPosition": "LATEST" } }
            """);

        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lambda", "\"*\"", "Delivery: Firehose is unable to assume role arn:aws:iam::000000000000:role/Demo-Role. Please check the role provided.")]
    [InlineData("firehose", "\"s3:*\"", "is not authorized to perform: kinesis:DescribeStream on resource: arn:aws:kinesis:us-east-1:000000000000:stream/Demo-Stream because")]
    public async Task A_delivery_stream_needs_its_role_and_its_source(string service, string actions, string message)
    {
        var error = await RefusedAsync(service, actions, """
            "Bucket": { "Type": "AWS::S3::Bucket" },
            "Delivery": { "Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": {
              "KinesisStreamSourceConfiguration": { "KinesisStreamARN": { "Fn::GetAtt": ["Stream", "Arn"] }, "RoleARN": { "Fn::GetAtt": ["Role", "Arn"] } },
              "ExtendedS3DestinationConfiguration": { "BucketARN": { "Fn::GetAtt": ["Bucket", "Arn"] }, "RoleARN": { "Fn::GetAtt": ["Role", "Arn"] } } } }
            """);

        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ec2", "\"logs:*\"", "Task: ECS was unable to assume the role 'arn:aws:iam::000000000000:role/Demo-Role'")]
    [InlineData("ecs-tasks", "\"logs:PutLogEvents\"", "Task: ResourceInitializationError: failed to validate logger args: User: arn:aws:sts::000000000000:assumed-role/Demo-Role/Task is not authorized to perform: logs:CreateLogStream")]
    public async Task A_task_needs_its_roles_and_its_log(string service, string actions, string message)
    {
        var error = await RefusedAsync(service, actions, """
            "Task": { "Type": "AWS::ECS::TaskDefinition", "Properties": {
              "ExecutionRoleArn": { "Fn::GetAtt": ["Role", "Arn"] },
              "ContainerDefinitions": [{ "Name": "Master", "LogConfiguration": { "LogDriver": "awslogs", "Options": { "awslogs-group": "flink", "awslogs-stream-prefix": "flink" } } }] } }
            """);

        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_permissions_nothing_is_asked()
    {
        await using var stack = new TestStack();
        var folder = stack.Write($$"""{ {{Shared("states", "\"none:None\"")}} }""");

        await using var host = await LocalHost.StartAsync(new() { AssemblyDirectory = folder, EnforcePermissions = false }, TestContext.Current.CancellationToken);

        Assert.Empty(host.Permissions);
        Assert.Null(host.Services.Authorization);
    }

    private static async Task<string> RefusedAsync(string service, string actions, string resources)
    {
        await using var stack = new TestStack();
        var folder = stack.Write($$"""{ {{Shared(service, actions)}}, {{resources}} }""");
        var error = await Assert.ThrowsAsync<LocalHostException>(() => LocalHost.StartAsync(new() { AssemblyDirectory = folder }, TestContext.Current.CancellationToken));
        return error.Message;
    }

    private static string Shared(string service, string actions) => $$"""
        "Stream": { "Type": "AWS::Kinesis::Stream", "Properties": { "ShardCount": 1 } },
        "Role": { "Type": "AWS::IAM::Role", "Properties": {
          "AssumeRolePolicyDocument": { "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "{{service}}.amazonaws.com" } } },
          "Policies": [{ "PolicyName": "p", "PolicyDocument": { "Statement": { "Effect": "Allow", "Action": {{actions}}, "Resource": "*" } } }] } }
        """;
}
