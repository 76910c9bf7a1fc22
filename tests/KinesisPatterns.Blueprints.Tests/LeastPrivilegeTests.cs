namespace KinesisPatterns.Blueprints.Tests;

public sealed class LeastPrivilegeTests
{
    // The only actions allowed on every resource, and why.
    private static readonly Dictionary<string, string> _onEverything = new()
    {
        ["xray:PutTraceSegments"] = "X-Ray has no resource types.",
        ["xray:PutTelemetryRecords"] = "X-Ray has no resource types.",
        ["xray:GetSamplingRules"] = "X-Ray narrows nothing but groups and sampling rules by resource; a state machine asks for all rules.",
        ["xray:GetSamplingTargets"] = "X-Ray narrows nothing but groups and sampling rules by resource; a state machine asks for all rules.",
        ["cloudwatch:GetMetricData"] = "CloudWatch has no resources by which reading could be narrowed.",
        ["cloudwatch:GetMetricStatistics"] = "CloudWatch has no resources by which reading could be narrowed.",
        ["cloudwatch:ListMetrics"] = "CloudWatch has no resources by which reading could be narrowed.",
        ["ec2:AssignPrivateIpAddresses"] = "Lambda's network interfaces have no name before they exist.",
        ["ec2:CreateNetworkInterface"] = "Lambda's network interfaces have no name before they exist.",
        ["ec2:DeleteNetworkInterface"] = "Lambda's network interfaces have no name before they exist.",
        ["ec2:DescribeNetworkInterfaces"] = "EC2 describes all or nothing.",
        ["ec2:DescribeSubnets"] = "EC2 describes all or nothing.",
        ["ec2:CreateNetworkInterfacePermission"] = "Flink's network interfaces have no name before they exist.",
        ["ec2:DescribeDhcpOptions"] = "EC2 describes all or nothing.",
        ["ec2:DescribeSecurityGroups"] = "EC2 describes all or nothing.",
        ["ec2:DescribeVpcs"] = "EC2 describes all or nothing.",
        ["logs:DescribeLogGroups"] = "The services for Flink and for state machines look for their log group among all.",
        ["logs:CreateLogDelivery"] = "Deliveries of logs are no resources that a policy could name.",
        ["logs:DeleteLogDelivery"] = "Deliveries of logs are no resources that a policy could name.",
        ["logs:GetLogDelivery"] = "Deliveries of logs are no resources that a policy could name.",
        ["logs:ListLogDeliveries"] = "Deliveries of logs are no resources that a policy could name.",
        ["logs:UpdateLogDelivery"] = "Deliveries of logs are no resources that a policy could name.",
        ["logs:DescribeResourcePolicies"] = "Resource policies of logs are the account's.",
        ["logs:PutResourcePolicy"] = "Resource policies of logs are the account's.",
        ["timestream:DescribeEndpoints"] = "The action has no resource.",
        ["ec2:UnassignPrivateIpAddresses"] = "Lambda's network interfaces have no name before they exist.",
    };

    public static TheoryData<string> Names => Blueprint.Checked;

    [Theory]
    [MemberData(nameof(Names))]
    public void Nobody_is_allowed_every_action_of_a_service(string name) =>
        Assert.All(Allowed(name), grant => Assert.DoesNotContain('*', grant.Action));

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_what_has_no_resource_is_allowed_on_every_resource(string name) =>
        Assert.All(
            Allowed(name).Where(grant => grant.Resource == "\"*\""),
            grant => Assert.Contains(grant.Action, _onEverything.Keys));

    [Fact]
    public void Every_exception_is_still_needed() =>
        Assert.Superset(
            _onEverything.Keys.ToHashSet(),
            Names.SelectMany(name => Allowed(name.Data))
                .Where(grant => grant.Resource == "\"*\"").Select(grant => grant.Action).ToHashSet());

    [Fact]
    public void The_functions_that_write_into_Grafana_may_do_their_part_and_no_more()
    {
        Assert.Equal(
            """
            grafana:CreateWorkspaceServiceAccount
            grafana:CreateWorkspaceServiceAccountToken
            grafana:DeleteWorkspaceServiceAccount
            grafana:ListWorkspaceServiceAccounts
            secretsmanager:DescribeSecret
            secretsmanager:GetSecretValue
            """,
            Actions("GrafanaContentHookFunctionRole"));
        Assert.Equal(
            """
            secretsmanager:DescribeSecret
            secretsmanager:DescribeSecret
            secretsmanager:GetSecretValue
            secretsmanager:GetSecretValue
            secretsmanager:PutSecretValue
            """,
            Actions("GrafanaContentTokenHookFunctionRole"));
    }

    private static string Actions(string policy) => string.Join(
        '\n',
        Allowed("TimeSeriesGrafana")
            .Where(grant => grant.Policy.StartsWith(policy, StringComparison.Ordinal))
            .Select(grant => grant.Action)
            .Where(action => action.StartsWith("grafana", StringComparison.Ordinal)
                || action.StartsWith("secretsmanager", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Each_function_of_TimeSeries_may_do_its_part_and_no_more()
    {
        Assert.Equal(
            """
            kinesis:DescribeStream ["Readings","Arn"]
            kinesis:DescribeStreamConsumer ["Readings","Arn"]
            kinesis:DescribeStreamSummary ["Readings","Arn"]
            kinesis:GetRecords ["Readings","Arn"]
            kinesis:GetShardIterator ["Readings","Arn"]
            kinesis:ListShards ["Cleansed","Arn"]
            kinesis:ListShards ["Readings","Arn"]
            kinesis:ListShards ["Rejected","Arn"]
            kinesis:ListStreams ["Readings","Arn"]
            kinesis:PutRecord ["Cleansed","Arn"]
            kinesis:PutRecord ["Rejected","Arn"]
            kinesis:PutRecords ["Cleansed","Arn"]
            kinesis:PutRecords ["Rejected","Arn"]
            kinesis:SubscribeToShard ["Readings","Arn"]
            """,
            Rights("Cleansing", "kinesis:"));
        Assert.Equal("", Rights("Cleansing", "dynamodb:", "secretsmanager:"));
        Assert.Equal(
            """
            dynamodb:GetItem ["Series","Arn"]
            dynamodb:PutItem ["Series","Arn"]
            dynamodb:Query ["Series","Arn"]
            events:PutEvents ["AnomaliesBus","Arn"]
            secretsmanager:DescribeSecret "StoreLogin"
            secretsmanager:GetSecretValue "StoreLogin"
            """,
            Rights("SeriesCalculator", "dynamodb:", "events:", "secretsmanager:", "kinesis:Put"));
        Assert.Equal(
            """
            dynamodb:GetItem ["Series","Arn"]
            dynamodb:Query ["Series","Arn"]
            """,
            Rights("Query", "dynamodb:", "secretsmanager:", "kinesis:", "s3:"));
    }

    private static string Rights(string function, params string[] prefixes) => string.Join(
        '\n',
        Allowed("TimeSeries")
            .Where(grant => grant.Policy.StartsWith($"{function}FunctionRole", StringComparison.Ordinal))
            .Where(grant => prefixes.Any(prefix => grant.Action.StartsWith(prefix, StringComparison.Ordinal)))
            .Select(grant => $"{grant.Action} {Bare(grant.Resource)}")
            .Order(StringComparer.Ordinal));

    // {"Fn::GetAtt":["ReadingsE1B3A7C6","Arn"]} is ["Readings","Arn"]: what matters here is which one it is.
    private static string Bare(string resource) => System.Text.RegularExpressions.Regex.Replace(
        JsonNode.Parse(resource)!.AsObject().Single().Value!.ToJsonString(), "[0-9A-F]{8}\"", "\"");

    private static IEnumerable<(string Policy, string Action, string Resource)> Allowed(string name) =>
        from resource in Blueprint.Resources(name)
        where (string?)resource.Resource["Type"] is "AWS::IAM::Policy" or "AWS::IAM::ManagedPolicy"
        from statement in resource.Resource["Properties"]!["PolicyDocument"]!["Statement"]!.AsArray()
        where (string?)statement!["Effect"] == "Allow"
        from action in OneOrMany(statement["Action"]!)
        from target in OneOrMany(statement["Resource"]!)
        select (resource.Id, action.GetValue<string>(), target.ToJsonString());

    private static IEnumerable<JsonNode> OneOrMany(JsonNode node) =>
        node is JsonArray many ? many.Select(one => one!) : [node];
}
