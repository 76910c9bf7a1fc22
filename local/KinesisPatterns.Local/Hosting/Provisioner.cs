using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KinesisPatterns.Local.ApiGateway;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.EventBridge;
using KinesisPatterns.Local.Firehose;
using KinesisPatterns.Local.Flink;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.Local.StepFunctions;
using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Hosting;

/// <summary>Brings the resources of a deployment to life, each type in its turn, and says how each runs here.</summary>
internal sealed partial class Provisioner(
    Deployment deployment,
    CloudHosts hosts,
    Uri endpoint,
    HostServices services,
    ServiceRoles? roles,
    TimeProvider clock)
{
    private const string CheckedOnly = "checked, not run";

    // AWS publishes no back-off; five seconds at most let a run see a poison record to its end within a minute.
    private static readonly MappingTuning Tuning = new() { LongestRetry = TimeSpan.FromSeconds(5) };

    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, ResourceStatus> _statuses = new(StringComparer.Ordinal);

    /// <summary>Is told what there is to say of jobs.</summary>
    public Action<string> Remark { get; init; } = _ => { };

    /// <summary>Tells the timers of stateful functions the time; null is the clock of everything else.</summary>
    public TimeProvider? TimersClock { get; init; }

    public async Task<IReadOnlyList<ResourceStatus>> RunAsync(InvokeFunction invoke, Action<string> flinkLog, CancellationToken cancellation)
    {
        var hooks = new DeploymentHooks(deployment);

        // What AWS would not deploy does not start.
        roles?.Check(function => !hooks.Include(function));

        // What others refer to comes first; what starts data flowing comes last.
        Each("AWS::S3::Bucket", bucket => $"folder {services.S3.CreateBucket(bucket.Ref).Folder}");
        Each("AWS::SecretsManager::Secret", Secret);
        Each("AWS::Kinesis::Stream", Stream);
        Each("AWS::Kinesis::StreamConsumer", Consumer);
        Each("AWS::Kinesis::ResourcePolicy", StreamPolicy);
        Each("AWS::SQS::Queue", Queue);
        Each("AWS::SNS::Topic", Topic);
        Each("AWS::SNS::Subscription", Subscription);
        await EachAsync("AWS::DynamoDB::Table", table => TableAsync(table, cancellation));
        await EachAsync("AWS::DynamoDB::GlobalTable", table => TableAsync(table, cancellation));
        Each("AWS::Events::EventBus", Bus);
        Each("AWS::Events::Rule", Rule);
        Each("AWS::Timestream::InfluxDBInstance", Influx);
        Each("AWS::Timestream::InfluxDBCluster", InfluxCluster);
        Each("AWS::Timestream::Table", SeriesTable);
        foreach (var function in deployment.OfType("AWS::Lambda::Function").Where(function => !hooks.Include(function)))
        {
            Runs(function, Function(function));
        }

        foreach (var machine in deployment.OfType("AWS::StepFunctions::StateMachine"))
        {
            Machine(machine, hooks);
        }

        Each("AWS::ApiGateway::RestApi", Api);
        foreach (var module in ModuleDescription.Of(deployment))
        {
            Module(module);
        }

        Each("AWS::KinesisFirehose::DeliveryStream", resource => Deliver(resource, invoke));
        Each("AWS::Lambda::EventSourceMapping", Mapping);
        foreach (var application in deployment.OfType(FlinkEquivalents.Application).Where(RunsFlink))
        {
            Runs(application, Flink(application, flinkLog));
        }

        return [.. deployment.Resources.Select(Status)];
    }

    private void Each(string type, Func<Resource, string> start)
    {
        foreach (var resource in deployment.OfType(type))
        {
            Runs(resource, start(resource));
        }
    }

    private async Task EachAsync(string type, Func<Resource, Task<string>> start)
    {
        foreach (var resource in deployment.OfType(type))
        {
            Runs(resource, await start(resource));
        }
    }

    private void Runs(Resource resource, string here) =>
        _statuses[resource.LogicalId] = new(resource.Path, resource.LogicalId, resource.Type, here, Runs: true);

    private ResourceStatus Status(Resource resource) =>
        _statuses.GetValueOrDefault(resource.LogicalId) ?? resource.Type switch
        {
            "AWS::Logs::LogGroup" => Part(resource, "function output goes to the terminal (--logs)"),
            "AWS::IAM::Role" or "AWS::IAM::Policy" or "AWS::IAM::ManagedPolicy" or "AWS::IAM::RolePolicy" or "AWS::Lambda::Permission"
                or "AWS::S3::BucketPolicy" or "AWS::SNS::TopicPolicy" or "AWS::SQS::QueuePolicy" or "AWS::Kinesis::ResourcePolicy"
                or "AWS::SecretsManager::ResourcePolicy" or "AWS::Events::EventBusPolicy" => Permissions(resource),
            "AWS::KMS::Key" or "AWS::KMS::Alias" => services.Authorization is null ? Checked(resource, CheckedOnly) : Part(resource, "its policy is enforced; nothing is encrypted"),
            "AWS::Lambda::Function" => Checked(resource, $"{CheckedOnly}: it takes part in deployments only"),
            "AWS::ApiGateway::Resource" or "AWS::ApiGateway::Method" or "AWS::ApiGateway::Stage" or "AWS::ApiGateway::RequestValidator" => Part(resource, "part of the API"),
            _ => Checked(resource, CheckedOnly),
        };

    private ResourceStatus Permissions(Resource resource) =>
        services.Authorization is null ? Checked(resource, $"{CheckedOnly}: permissions are switched off") : Part(resource, "enforced");

    private static bool RunsFlink(Resource application) => FlinkJob.Home is not null || FlinkEquivalents.IsNamedBy(application.Definition);

    private string Flink(Resource application, Action<string> log)
    {
        if (FlinkJob.Home is not { } home)
        {
            return "no Flink here (FLINK_HOME is not set): its C# equivalent runs";
        }

        var code = (string?)application.Properties["ApplicationConfiguration"]?["ApplicationCodeConfiguration"]?["CodeContent"]?["S3ContentLocation"]?["FileKey"]
            ?? throw new LocalHostException($"{application.Path}: only applications from an asset run here");
        if ((string?)application.Properties["ServiceExecutionRole"] is { } role && services.Authorization is { } authorization)
        {
            authorization.Register($"LOCAL{application.LogicalId}", authorization.As(role, application.Ref));
        }

        services.Jobs.Add(FlinkJob.Start(application, deployment.Asset(code), home, endpoint, deployment.Identity.Region, log));
        return $"Flink in {home}";
    }

    private static ResourceStatus Part(Resource resource, string here) => new(resource.Path, resource.LogicalId, resource.Type, here, Runs: true);

    private static ResourceStatus Checked(Resource resource, string here) => new(resource.Path, resource.LogicalId, resource.Type, here, Runs: false);

    private string Secret(Resource secret)
    {
        services.Secrets.Create(secret.Ref, secret.Properties);
        return services.State is null ? "generated for this run" : "generated, and kept with the state";
    }

    private string Stream(Resource resource)
    {
        var p = resource.Properties;
        var onDemand = (string?)p["StreamModeDetails"]?["StreamMode"] == "ON_DEMAND";
        if (services.Kinesis.TryGet(resource.Ref) is { } kept)
        {
            return $"in-process Kinesis, {kept.OpenShards.Count} shards, with the records of the last run";
        }

        var stream = services.Kinesis.CreateStream(resource.Ref, new()
        {
            Shards = onDemand ? null : Json.Integer(p["ShardCount"]) ?? 1,
            RetentionHours = Json.Integer(p["RetentionPeriodHours"]) ?? 24,
            MaxRecordKiB = Json.Integer(p["MaxRecordSizeInKiB"]) ?? 1024,
            KeyId = (string?)p["StreamEncryption"]?["KeyId"],
            WarmThroughputMiBps = Json.Integer(p["WarmThroughputMiBps"]),
        });
        return $"in-process Kinesis, {stream.OpenShards.Count} shards, {(onDemand ? "on demand" : "provisioned")}";
    }

    private async Task<string> TableAsync(Resource table, CancellationToken cancellation)
    {
        await services.DynamoDb.CreateTableAsync(table, cancellation);
        return "dynalite";
    }

    private string Consumer(Resource resource)
    {
        services.Kinesis.AddConsumer(resource.Attributes["StreamARN"], resource.Attributes["ConsumerName"], Naming.ConsumerCreated);
        return "in-process Kinesis, enhanced fan-out";
    }

    private string StreamPolicy(Resource resource)
    {
        services.Kinesis.Policies[Json.Text(resource.Properties["ResourceArn"])] = resource.Properties["ResourcePolicy"]!.ToJsonString();
        return "kept with its stream";
    }

    private string Queue(Resource resource)
    {
        MessagingTemplate.Add(services.Queues, resource);
        return "in-process SQS";
    }

    private string Topic(Resource resource)
    {
        MessagingTemplate.Add(services.Topics, resource);
        return "in-process SNS: tells queues, nobody else";
    }

    private string Subscription(Resource resource)
    {
        var subscription = MessagingTemplate.Subscribe(services.Topics, resource);
        return subscription.Protocol == "sqs" ? "in-process SNS" : $"kept; {subscription.Protocol} is not told here";
    }

    private string Bus(Resource bus)
    {
        services.Events.AddBus(bus.Ref);
        return "in-process EventBridge";
    }

    private string Rule(Resource resource)
    {
        if (EventRule.Of(resource) is not { } rule)
        {
            return "has no event pattern or is switched off";
        }

        services.Events.AddRule(rule);
        return $"matches events of {rule.Bus}";
    }

    private SeriesStore Series(Resource resource) => services.State is { } state ? new(state, resource.LogicalId) : new();

    private string Influx(Resource database)
    {
        var user = Secretly((string?)database.Properties["Username"] ?? "");
        var password = Secretly((string?)database.Properties["Password"] ?? "");
        services.Influx[database.LogicalId] = new(Series(database), () => (user, password), clock);
        return "line-protocol store in memory";
    }

    private string InfluxCluster(Resource cluster)
    {
        var token = $"apiv3_{cluster.LogicalId}";
        services.Secrets.Create(
            cluster.Attributes["InfluxAuthParametersSecretArn"], new() { ["SecretString"] = new JsonObject { ["token"] = token }.ToJsonString() });
        services.Influx[cluster.LogicalId] = new(Series(cluster), () => ("", ""), clock, token);
        return "line-protocol store in memory";
    }

    // Its series are where those of InfluxDB would be: whoever looks for readings finds them.
    private string SeriesTable(Resource table)
    {
        var database = new InfluxService(Series(table), () => ("", ""), clock);
        services.Influx[table.LogicalId] = database;
        services.Timestream.Add((string?)table.Properties["DatabaseName"] ?? "", table.Attributes["Name"], table.Attributes["Arn"], database.Store);
        return "WriteRecords into a store in memory";
    }

    private string Function(Resource function)
    {
        var p = function.Properties;
        var runtime = (string?)p["Runtime"] ?? "";
        var environment = (p["Environment"]?["Variables"]?.AsObject() ?? []).ToDictionary(v => v.Key, v => hosts.Localized(Json.Text(v.Value)));
        foreach (var (name, value) in AwsEnvironment(function))
        {
            environment[name] = value;
        }

        services.Lambda.Add(new()
        {
            Name = function.Ref,
            Arn = function.Attributes["Arn"],
            RoleArn = (string)p["Role"]!,
            CodeDirectory = Code(function),
            Handler = (string)p["Handler"]!,
            Runtime = runtime,
            Environment = environment,
            Timeout = TimeSpan.FromSeconds(Json.Integer(p["Timeout"]) ?? 3),
            MemoryMiB = Json.Integer(p["MemorySize"]) ?? 128,
            ReservedConcurrency = Json.Integer(p["ReservedConcurrentExecutions"]),
        });
        return FlinkEquivalents.Include(function) ? $"child process, in the place of the Flink job: dotnet {p["Handler"]}.dll"
            : runtime.StartsWith("provided", StringComparison.Ordinal) ? "child process, the native executable of the asset"
            : !runtime.StartsWith("dotnet", StringComparison.Ordinal) ? $"child process, {p["Handler"]} in {runtime.TrimEnd('x', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9')} of this machine" : $"child process, dotnet {p["Handler"]}.dll of the asset";
    }

    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
    private string Code(Resource function)
    {
        var code = function.Properties["Code"];
        if ((string?)code?["ZipFile"] is { } source)
        {
            var inline = Directory.CreateDirectory(Path.Combine(services.Scratch, function.LogicalId)).FullName;
            var python = ((string?)function.Properties["Runtime"])?.StartsWith("python", StringComparison.Ordinal) is true;
            File.WriteAllText(Path.Combine(inline, python ? "index.py" : "index.js"), source);
            return inline;
        }

        var asset = deployment.Asset((string?)code?["S3Key"] ?? throw new LocalHostException($"{function.Path}: only functions from an asset or with their code in the template run here"));
        if (Directory.Exists(asset))
        {
            return asset;
        }

        var unpacked = Path.Combine(services.Scratch, function.LogicalId);
        System.IO.Compression.ZipFile.ExtractToDirectory(asset, unpacked, overwriteFiles: true);
        return unpacked;
    }

    // Every function gets a key of its own, so that the endpoint can tell who calls.
    private IEnumerable<KeyValuePair<string, string>> AwsEnvironment(Resource function) =>
    [
        new("AWS_ENDPOINT_URL", endpoint.ToString().TrimEnd('/')),
        new("AWS_REGION", deployment.Identity.Region),
        new("AWS_DEFAULT_REGION", deployment.Identity.Region),
        new("AWS_ACCESS_KEY_ID", $"LOCAL{function.LogicalId}"),
        new("AWS_SECRET_ACCESS_KEY", "local"),
    ];

    private string Deliver(Resource resource, InvokeFunction invoke)
    {
        var settings = DeliverySettings.Of(resource);
        var bucket = deployment.ByReference(settings.BucketArn) ?? throw new LocalHostException($"{resource.Path}: the bucket {settings.BucketArn} is not in this stack");
        var sourceArn = (string?)resource.Properties["KinesisStreamSourceConfiguration"]?["KinesisStreamARN"];
        var source = sourceArn is null ? null : services.Kinesis.TryGet(sourceArn) ?? throw new LocalHostException($"{resource.Path}: the stream {sourceArn} is not in this stack");
        var role = settings.RoleArn is null ? null : services.Authorization?.As(settings.RoleArn, resource.Ref);
        var transform = settings.TransformArn is null ? null : new Transform(settings.TransformArn, resource.Attributes["Arn"], deployment.Identity.Region, InvokeAsync, clock);
        var delivery = new DeliveryStream(resource.Ref, settings, services.S3.Bucket(bucket.Ref), transform, clock, services.State, services.Faults)
        {
            Arn = resource.Attributes["Arn"],
            Role = role,
            LogStreamArn = settings.LogStream is null ? null : deployment.Identity.Arn("logs", settings.LogStream),
        };
        services.Firehose.Add(delivery, source, source is null ? null : FirehoseRights.ReadRefusal(role, source));
        Task<ReadOnlyMemory<byte>?> InvokeAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
            role?.Refusal("lambda:InvokeFunction", function) is null ? invoke(function, payload, cancellation) : Task.FromResult<ReadOnlyMemory<byte>?>(null);

        return $"delivers to {bucket.Ref} every {settings.Interval.TotalSeconds:0} s or {settings.Size / 1048576} MiB";
    }

    private void Machine(Resource machine, DeploymentHooks hooks)
    {
        var text = (string?)machine.Properties["DefinitionString"] ?? machine.Properties["Definition"]?.ToJsonString();
        var (definition, reason) = text is null ? (null, "its definition is not in the template") : StateMachineDefinition.Parse(text);
        var functions = definition?.States.Values.Where(state => (string?)state["Type"] == "Task").Select(task => StateMachineDefinition.FunctionOf(task)!.Value.Function).ToList();
        if (functions?.Exists(function => deployment.OfType("AWS::Lambda::Function").Any(one => function.StartsWith(one.Attributes["Arn"], StringComparison.Ordinal) && hooks.Include(one))) == true)
        {
            return;
        }

        if (definition is null)
        {
            _statuses[machine.LogicalId] = Checked(machine, $"{CheckedOnly}: {reason}");
            return;
        }

        var role = (string?)machine.Properties["RoleArn"];
        services.StateMachines.Add(new(
            machine.Attributes["Arn"], definition, services.Lambda, role is null ? null : services.Authorization?.As(role, machine.Attributes["Name"]), clock));
        Runs(machine, "runs when an execution is started");
    }

    private string Api(Resource resource)
    {
        var rest = RestApi.Of(resource, deployment);
        services.Api.Add(rest);
        return $"{endpoint}_api/{rest.Id}/{rest.Stage}/ (an unsigned request is the developer's)";
    }

    private void Module(ModuleDescription module)
    {
        module = module with { Endpoints = [.. module.Endpoints.Select(e => e with { UrlPathTemplate = hosts.Localized(e.UrlPathTemplate) })] };
        if (module.Ingresses.FirstOrDefault(i => services.Kinesis.TryGet(i.Stream) is null) is { } ingress)
        {
            throw new LocalHostException($"{module.Path}: the ingress {ingress.Id} reads '{ingress.Stream}', which is no stream of this stack");
        }

        var parts = deployment.Resources.Where(module.Includes).ToList();
        var tasks = ClusterTasks.Of(parts);
        var role = tasks.RoleArn is null ? null : services.Authorization?.As(tasks.RoleArn, module.Name);

        // Without a bucket of its own the state is kept beside the host's.
        var bucket = tasks.Bucket is { } name ? services.S3.Bucket(name) : services.S3.CreateBucket($"{module.Name.ToLowerInvariant()}-checkpoints");
        services.Api.Remote.UnionWith(RemoteApis(module));
        var checkpoints = new CheckpointStore(bucket, tasks.Folder, role, services.Faults);
        if (checkpoints.Refusal is { } refusal)
        {
            throw new LocalHostException($"{module.Path}: the job manager looks for its newest checkpoint before it starts, and may not: {refusal}");
        }

        var job = new StatefulFunctionsJob(
            module, services.Kinesis, checkpoints, role, Remark, TimersClock ?? clock, options: null, services.Faults);
        services.Modules.Add(job);
        job.Start();
        var functions = module.Endpoints.SelectMany(e => e.Types.Select(type => $"{e.Namespace}/{type}"));
        foreach (var part in parts.Where(p => p.Type.StartsWith("AWS::ECS::", StringComparison.Ordinal)))
        {
            Runs(part, $"the host plays the runtime: {string.Join(", ", functions)}");
        }
    }

    private IEnumerable<string> RemoteApis(ModuleDescription module) => deployment.OfType("AWS::ApiGateway::RestApi").Select(api => api.Ref)
        .Where(id => module.Endpoints.Any(e => e.UrlPathTemplate.Contains($"/_api/{id}/", StringComparison.Ordinal)));

    private string Mapping(Resource mapping)
    {
        var settings = MappingTemplate.Of(mapping);

        // With quotas a mapping takes its reads from those of the shard, and leaves one of the five a second to others.
        var shares = services.Kinesis.Options.EnforceQuotas;
        services.Lambda.Add(settings, Tuning with { SharesReadThroughput = shares, PollInterval = shares ? _pollInterval : TimeSpan.Zero });
        return $"polls {settings.EventSourceArn.Split('/')[^1]}, up to {settings.BatchSize} records a batch";
    }

    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    private string Secretly(string text) => DynamicReference().Replace(text, match =>
    {
        var value = services.Secrets.Value(match.Groups[1].Value);
        var key = match.Groups[2].Value;
        return key.Length == 0 ? value : (string)JsonNode.Parse(value)![key]!;
    });

    [GeneratedRegex(@"\{\{resolve:secretsmanager:(.+?):SecretString:([^:}]*)[^}]*\}\}")]
    private static partial Regex DynamicReference();
}
