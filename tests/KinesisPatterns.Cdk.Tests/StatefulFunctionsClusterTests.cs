using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon.CDK.AWS.ECR;

namespace KinesisPatterns.Cdk.Tests;

public sealed class StatefulFunctionsClusterTests
{
    private readonly Stack _stack = new();

    public static TheoryData<string> Runtimes => ["Apache", "Fork"];

    [Theory]
    [MemberData(nameof(Runtimes))]
    public void Tells_each_distribution_of_its_module_and_its_configuration_in_its_own_words(string runtime)
    {
        var cluster = OrderFunctions.Cluster(_stack, props => props with { Runtime = Runtime(runtime) });
        Connect(cluster);

        var environment = Container("Master")["Environment"]!.AsArray();
        Golden.ShouldMatch($"{runtime}.module.yaml", Text(Variable(environment, "MODULE_YAML")));
        Golden.ShouldMatch($"{runtime}.flink-conf.yaml", Text(Variable(environment, "FLINK_CONF")));
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public void Both_kinds_of_tasks_get_the_same_module_and_configuration(string runtime)
    {
        Connect(OrderFunctions.Cluster(_stack, props => props with { Runtime = Runtime(runtime) }));

        var (master, worker) = (Container("Master")["Environment"]!.AsArray(), Container("Worker")["Environment"]!.AsArray());
        Assert.Equal(Text(Variable(master, "MODULE_YAML")), Text(Variable(worker, "MODULE_YAML")));
        Assert.Equal(Text(Variable(master, "FLINK_CONF")), Text(Variable(worker, "FLINK_CONF")));
    }

    [Theory]
    [InlineData("Apache", "kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards", "kinesis:ListShards kinesis:PutRecords")]
    [InlineData("Fork", "kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards", "kinesis:PutRecords")]
    public void Its_role_may_do_what_its_connectors_call_and_no_more(string runtime, string read, string write)
    {
        Connect(OrderFunctions.Cluster(_stack, props => props with { Runtime = Runtime(runtime) }));

        Assert.Equal(read, string.Join(' ', ActionsOn("Commands")));
        Assert.Equal(write, string.Join(' ', ActionsOn("Events")));
        Assert.Equal(
            "s3:ListBucket s3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject",
            string.Join(' ', ActionsOn("ClusterSnapshots")));
    }

    [Fact]
    public void The_cloud_assembly_tells_of_its_module()
    {
        var app = new App();
        var stack = new Stack(app, "Orders");
        Connect(OrderFunctions.Cluster(stack));

        var entry = Manifest(app, "Orders")["/Orders/Cluster"]!.AsArray()
            .Single(one => (string?)one!["type"] == "kinesis-patterns:stateful-functions")!["data"]!;

        Assert.Equal("orders/*", (string?)Assert.Single(entry["endpoints"]!.AsArray())!["functions"]);
        Assert.Equal("""["order","stock"]""", entry["endpoints"]![0]!["types"]!.ToJsonString());
        Assert.Equal(94, (int)entry["endpoints"]![0]!["maxNumBatchRequests"]!);
        Assert.EndsWith("/{function.name}", Text(entry["endpoints"]![0]!["urlPathTemplate"]!), StringComparison.Ordinal);
        Assert.Equal(
            """[{"id":"orders/commands-in","stream":{"Ref":"Commands8B35B037"},"valueType":"orders/command","targets":["orders/order"]}]""",
            entry["ingresses"]!.ToJsonString());
        Assert.Equal("""[{"id":"orders/events","stream":{"Ref":"Events"}}]""", Regex.Replace(entry["egresses"]!.ToJsonString(), "[0-9A-F]{8}\"", "\""));
    }

    [Fact]
    public void The_job_manager_starts_only_after_the_newest_checkpoint_was_looked_for()
    {
        OrderFunctions.Cluster(_stack);

        Assert.Equal("""[{"Condition":"SUCCESS","ContainerName":"Resume"}]""", Container("Master")["DependsOn"]!.ToJsonString());
        Assert.False((bool)Container("Resume")["Essential"]!);
        Assert.Equal(
            JobId(Container("Master")["Command"]!.AsArray()),
            (string?)Variable(Container("Resume")["Environment"]!.AsArray(), "JOB_ID"));
    }

    [Fact]
    public void No_rule_deletes_a_checkpoint()
    {
        OrderFunctions.Cluster(_stack);

        var rules = _stack.Json().GetProperty("Resources").EnumerateObject()
            .Single(resource => resource.Name.StartsWith("ClusterSnapshots", StringComparison.Ordinal) && resource.Value.GetProperty("Type").GetString() == "AWS::S3::Bucket")
            .Value.GetProperty("Properties").GetProperty("LifecycleConfiguration").GetProperty("Rules").EnumerateArray();
        Assert.All(rules, rule => Assert.False(rule.TryGetProperty("ExpirationInDays", out _)));
    }

    [Fact]
    public void There_is_never_a_second_job_manager()
    {
        OrderFunctions.Cluster(_stack);

        _stack.ShouldHave("AWS::ECS::Service", """
            {
              "DesiredCount": 1,
              "DeploymentConfiguration": { "MinimumHealthyPercent": 0, "MaximumPercent": 100 },
              "ServiceRegistries": [{ }]
            }
            """);
    }

    [Fact]
    public void Its_tasks_are_started_when_images_can_be_had_and_the_role_is_complete()
    {
        OrderFunctions.Cluster(_stack);

        var resources = _stack.Json().GetProperty("Resources");
        var (before, routes) = (Before("ClusterJobManagerService"), Ids("AWS::EC2::Route").Where(id => id.Contains("Private", StringComparison.Ordinal)).ToArray());
        Assert.Equal(2, routes.Length);
        var policy = Assert.Single(Ids("AWS::IAM::Policy"), id => id.StartsWith("ClusterRole", StringComparison.Ordinal));
        Assert.All([.. routes, policy], id => Assert.Contains(id, before));
        Assert.Contains(Before("ClusterTaskManagersService"), id => id.StartsWith("ClusterJobManagerService", StringComparison.Ordinal));

        IEnumerable<string> Ids(string type) =>
            resources.EnumerateObject().Where(resource => resource.Value.GetProperty("Type").GetString() == type).Select(resource => resource.Name);
        HashSet<string> Before(string service) =>
            [.. resources.EnumerateObject().Single(one => one.Name.StartsWith(service, StringComparison.Ordinal)).Value.GetProperty("DependsOn").EnumerateArray().Select(id => id.GetString()!)];
    }

    [Fact]
    public void Its_tasks_pull_from_a_private_repository_that_lets_them_in()
    {
        var cluster = OrderFunctions.Cluster(_stack);
        var repository = new Repository(_stack, "Copy");

        repository.GrantPull(cluster.JobManager.TaskDefinition.ExecutionRole!);
        repository.GrantPull(cluster.TaskManagers.TaskDefinition.ExecutionRole!);

        Assert.Equal(2, _stack.All("AWS::IAM::Policy").Count(policy => policy.GetRawText().Contains("ecr:GetAuthorizationToken", StringComparison.Ordinal)));
    }

    [Fact]
    public void Its_tasks_reach_each_other_at_the_ports_of_Flink_and_everything_else_by_TLS()
    {
        OrderFunctions.Cluster(_stack);

        _stack.ShouldHave("AWS::EC2::SecurityGroupIngress", """{ "FromPort": 6121, "ToPort": 6125, "IpProtocol": "tcp" }""");
        _stack.ShouldHave("AWS::EC2::SecurityGroup", """
            {
              "GroupDescription": "The tasks of a Stateful Functions cluster",
              "SecurityGroupEgress": [{ "CidrIp": "0.0.0.0/0", "FromPort": 443, "ToPort": 443, "IpProtocol": "tcp" }],
              "SecurityGroupIngress": null
            }
            """);
    }

    [Fact]
    public void Runs_where_the_producer_of_Kinesis_runs()
    {
        OrderFunctions.Cluster(_stack, props => props with { TaskManagers = 3, Slots = 2, TaskManagerSize = new(2_048, Size.Gibibytes(8)) });

        _stack.ShouldHave("AWS::ECS::TaskDefinition", """
            { "Cpu": "2048", "Memory": "8192", "RuntimePlatform": { "CpuArchitecture": "X86_64" } }
            """);
        _stack.ShouldHave("AWS::ECS::Service", """{ "DesiredCount": 3 }""");
    }

    [Fact]
    public void Every_metric_it_watches_is_taken_out_of_its_log()
    {
        OrderFunctions.Cluster(_stack);

        var taken = _stack.All("AWS::Logs::MetricFilter").Select(filter => filter.GetProperty("Properties")).Select(filter =>
        (
            Pattern: filter.GetProperty("FilterPattern").GetString()!,
            Name: filter.GetProperty("MetricTransformations")[0].GetProperty("MetricName").GetString()!)).ToDictionary(one => one.Name, one => one.Pattern);
        var watched = Regex.Count(_stack.Json().GetRawText(), "\"Namespace\":\"KinesisPatterns/Flink\"");
        Assert.Equal(6, watched);
        Assert.Equal(
            ["backPressuredTimeMsPerSecond", "lastCheckpointDuration", "numRestarts", "numberOfCompletedCheckpoints", "numberOfFailedCheckpoints"],
            taken.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("[line=\"Cluster.numRestarts:\", value]", Regex.Replace(taken["numRestarts"], "Cluster[0-9A-F]*", "Cluster"));
    }

    [Fact]
    public void Connections_of_all_subtasks_stay_below_what_is_reserved()
    {
        var random = new Random(7);
        for (var run = 0; run < 4; run++)
        {
            var stack = new Stack();
            var network = new StatefulFunctionsNetwork(stack, "Network");
            var (concurrency, taskManagers, slots) = (random.Next(64, 1_000), random.Next(1, 9), random.Next(1, 5));
            var functions = new RemoteFunctions(stack, "Orders", OrderFunctions.Props(network) with { Concurrency = concurrency });
            var cluster = new StatefulFunctionsCluster(stack, "Cluster", new()
            {
                Network = network,
                Functions = [functions],
                TaskManagers = taskManagers,
                Slots = slots,
            });

            var environment = Container("Master", stack)["Environment"]!.AsArray();
            var pool = Number(Text(Variable(environment, "MODULE_YAML")), "pool_size");
            var calls = Number(Text(Variable(environment, "FLINK_CONF")), "statefun.async.max-per-task");
            Assert.True(pool >= 1);
            Assert.True(pool * 2 * taskManagers * slots <= concurrency);
            Assert.True(calls <= pool * 2);
            Assert.NotNull(cluster.Name);
        }
    }

    [Fact]
    public void Fails_when_functions_have_less_concurrency_than_subtasks_need() => Synth.ShouldFail(
        "Default/Cluster: expected Concurrency of at least 256 of Default/Orders (128 slots and 2 names), got 100",
        () => OrderFunctions.Cluster(_stack, props => props with { TaskManagers = 64, Slots = 2 }));

    [Fact]
    public void Fails_when_a_record_is_for_a_function_that_nobody_serves() => Synth.ShouldFail(
        "Default/Cluster: expected a function type that one of Functions serves, got orders/orders",
        () => OrderFunctions.Cluster(_stack).GrantRead("orders/in", new DataStream(_stack, "Commands"), "orders/command", "orders/orders"));

    [Fact]
    public void Fails_when_an_egress_has_no_namespace() => Synth.ShouldFail(
        "Default/Cluster: expected a type name of the form namespace/name, each of letters, digits and . _ -, got 'events'",
        () => OrderFunctions.Cluster(_stack).GrantWrite("events", new DataStream(_stack, "Events")));

    [Fact]
    public void Fails_when_a_value_type_is_YAML() => Synth.ShouldFail(
        "Default/Cluster: expected a type name of the form namespace/name, each of letters, digits and . _ -, got '&orders/command'",
        () => OrderFunctions.Cluster(_stack).GrantRead("orders/in", new DataStream(_stack, "Commands"), "&orders/command", "orders/order"));

    [Fact]
    public void Fails_when_its_network_is_not_that_of_its_functions() => Synth.ShouldFail(
        "Default/Cluster: expected the network of Default/Orders, whose API answers nobody else, got Default/Other",
        () => OrderFunctions.Cluster(_stack, props => props with { Network = new StatefulFunctionsNetwork(_stack, "Other") }));

    [Fact]
    public void Fails_when_checkpoints_would_be_further_apart_than_their_alarm_waits() => Synth.ShouldFail(
        "Default/Cluster: expected MinimumPause of 0 seconds to 10 minutes, got 1 hour",
        () => OrderFunctions.Cluster(_stack, props => props with { Checkpoints = new() { MinimumPause = Duration.Hours(1) } }));

    [Theory]
    [InlineData(1, 5, 2)]
    [InlineData(10, 5, 5)]
    [InlineData(1, 600, 5)]
    public void Waits_for_two_checkpoints_before_it_says_that_there_are_none(int minutes, int pause, int periods)
    {
        OrderFunctions.Cluster(_stack, props => props with
        {
            Checkpoints = new() { Interval = Duration.Minutes(minutes), MinimumPause = Duration.Seconds(pause) },
        });

        var alarm = _stack.All("AWS::CloudWatch::Alarm").Select(one => one.GetProperty("Properties"))
            .Single(one => one.GetRawText().Contains("DIFF(total) < 1", StringComparison.Ordinal) || one.GetRawText().Contains("DIFF(total) \\u003C 1", StringComparison.Ordinal));
        Assert.Equal(periods, alarm.GetProperty("EvaluationPeriods").GetInt32());
    }

    [Fact]
    public void Fails_when_an_egress_is_there_twice()
    {
        var cluster = OrderFunctions.Cluster(_stack);
        var events = new DataStream(_stack, "Events");
        cluster.GrantWrite("orders/events", events);

        Synth.ShouldFail(
            "Default/Cluster: expected another egress, got orders/events again", () => cluster.GrantWrite("orders/events", events));
    }

    [Fact]
    public void Fails_when_Fargate_has_no_such_size() => Synth.ShouldFail(
        "Default/Cluster: expected Memory of 4 to 16 GiB in steps of 1 with Cpu of 2,048, got 2,048 MiB",
        () => OrderFunctions.Cluster(_stack, props => props with { TaskManagerSize = new(2_048, Size.Gibibytes(2)) }));

    private static StatefulFunctionsRuntime Runtime(string name) =>
        name == "Fork" ? StatefulFunctionsRuntime.Fork : StatefulFunctionsRuntime.Apache;

    private static void Connect(StatefulFunctionsCluster cluster)
    {
        var stack = Stack.Of(cluster);
        cluster.GrantRead("orders/commands-in", new DataStream(stack, "Commands"), "orders/command", "orders/order");
        cluster.GrantWrite("orders/events", new DataStream(stack, "Events"));
    }

    private static int Number(string text, string key) =>
        int.Parse(Regex.Match(text, $"{Regex.Escape(key)}: ([0-9]+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    private static string? JobId(JsonArray command) => (string?)command[command.ToList().FindIndex(word => (string?)word == "--job-id") + 1];

    private static JsonNode Variable(JsonArray environment, string name) =>
        environment.Single(one => (string?)one!["Name"] == name)!["Value"]!;

    /// <summary>The text, with the names of resources in angle brackets for what is only known at deployment.</summary>
    private static string Text(JsonNode value) => value switch
    {
        JsonObject call when call["Fn::Join"] is JsonArray join => string.Concat(join[1]!.AsArray().Select(part => Text(part!))),
        JsonObject call when call["Ref"] is { } name => $"<{Bare((string)name!)}>",
        JsonObject call when call["Fn::GetAtt"] is JsonArray pair => $"<{Bare((string)pair[0]!)}.{pair[1]}>",
        _ => Regex.Replace((string)value!, "Cluster[0-9A-F]{8}|cluster[0-9a-f]{8}", match => match.Value[..7]),
    };

    private static string Bare(string id) => Regex.Replace(id, "[0-9A-F]{8}$", "");

    private JsonNode Container(string name, Stack? stack = null) =>
        (stack ?? _stack).All("AWS::ECS::TaskDefinition")
            .SelectMany(task => JsonNode.Parse(task.GetProperty("Properties").GetProperty("ContainerDefinitions").GetRawText())!.AsArray())
            .Single(container => (string?)container!["Name"] == name)!;

    private string[] ActionsOn(string stream) =>
    [
        .. from policy in _stack.All("AWS::IAM::Policy")
           from statement in policy.GetProperty("Properties").GetProperty("PolicyDocument").GetProperty("Statement").EnumerateArray()
           where statement.GetProperty("Resource").GetRawText().Contains($"\"{stream}", StringComparison.Ordinal)
           from action in statement.GetProperty("Action") is { ValueKind: JsonValueKind.Array } many ? many.EnumerateArray().ToArray() : [statement.GetProperty("Action")]
           select action.GetString()!,
    ];

    private static JsonObject Manifest(App app, string stack) => JsonNode.Parse(
        File.ReadAllText(Path.Combine(app.Synth().Directory, "manifest.json")))!["artifacts"]![stack]!["metadata"]!.AsObject();
}
