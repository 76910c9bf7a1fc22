using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ECS;
using Amazon.JSII.Runtime.Deputy;

namespace KinesisPatterns.Cdk;

/// <summary>
/// Apache Flink Stateful Functions on Fargate: a job manager that goes on from its newest checkpoint, and task managers that
/// hold the state and call functions on Lambda.
/// </summary>
/// <remarks>
/// Its module (ingresses, egresses and endpoints) is in the cloud assembly as well, as metadata
/// <c>kinesis-patterns:stateful-functions</c> of this construct in <c>manifest.json</c>.
/// https://nightlies.apache.org/flink/flink-statefun-docs-stable/
/// </remarks>
public sealed class StatefulFunctionsCluster : Construct, IGrantable
{
    // What the local host looks for (docs/event-sourcing.md).
    private const string Metadata = "kinesis-patterns:stateful-functions";

    private readonly StatefulFunctionsClusterProps _props;
    private readonly StatefulFunctionsModule _module;
    private readonly FlinkTasks _tasks;
    private readonly FlinkReports _reports;
    private readonly Role _role;
    private readonly int _callsPerTask;

    /// <summary>Defines the tasks, their role, their bucket, their logs and their alarms.</summary>
    public StatefulFunctionsCluster(Construct scope, string id, StatefulFunctionsClusterProps props) : base(scope, id)
    {
        props.EnsureValid(this);
        _props = props;
        Name = Names.UniqueResourceName(this, new UniqueResourceNameOptions { MaxLength = 60 });
        var endpoints = props.Functions.Select(functions => functions.Endpoint(props.Parallelism)).ToArray();
        _callsPerTask = RemoteCalls.PerTask(endpoints.Select(endpoint => (endpoint.PoolSize, endpoint.Names.Count)));
        _module = new StatefulFunctionsModule(endpoints);

        var snapshots = new FlinkSnapshots(this, "Snapshots");
        Bucket = snapshots.Bucket;
        _role = StatefulFunctionsRole.In(this);
        snapshots.Grant(_role);
        FunctionRole.Policy(_role).Acknowledge(
            "AwsSolutions-IAM5",
            "Flink names its files after job, checkpoint and task; the folders are the narrowest scope.",
            @"/^Resource::.+\/(checkpoints|savepoints)\/\*$/");
        var logs = Logs.In(this, "Logs", props.LogRetention);
        _reports = new FlinkReports(logs, Name);
        _reports.Define();

        _tasks = new FlinkTasks(this, props, _role, logs, Group());
        _tasks.JobManager.Node.AddDependency(FunctionRole.Policy(_role));

        // Images come by it: a service gives up after a few tasks that did not start.
        _tasks.JobManager.Node.AddDependency(props.Network.WayOut);
        _tasks.TaskManagers.Node.AddDependency(_tasks.JobManager);
        Configure();
        Node.AddMetadata(Metadata, Lazy.UncachedAny(new Late(_module.Metadata)).ToString());
        Alarms = new Alarms(this, "Alarms", StatefulFunctionsWatches.Of(this, props));
    }

    /// <summary>The job's name, and what the names of its metrics begin with.</summary>
    public string Name { get; }

    /// <summary>The bucket of its checkpoints and savepoints.</summary>
    public IBucket Bucket { get; }

    /// <summary>The service of the job manager.</summary>
    public FargateService JobManager => _tasks.JobManager;

    /// <summary>The service of the task managers.</summary>
    public FargateService TaskManagers => _tasks.TaskManagers;

    /// <summary>What is watched: checkpoints, restarts, back-pressure, and the tasks' resources.</summary>
    public Alarms Alarms { get; }

    /// <summary>The role of the tasks.</summary>
    public IPrincipal GrantPrincipal => _role.GrantPrincipal;

    /// <summary>
    /// Hands each record of <paramref name="stream"/> to functions: the partition key is the id, the data the argument.
    /// </summary>
    /// <param name="id">The ingress's type name, such as <c>orders/commands-in</c>.</param>
    /// <param name="stream">The stream, read from its oldest record on.</param>
    /// <param name="valueType">The type name of the argument, such as <c>orders/command</c>.</param>
    /// <param name="targets">The function types, each of which gets every record.</param>
    /// <returns>What the tasks are allowed, including use of the stream's key.</returns>
    public Grant GrantRead(string id, DataStream stream, string valueType, params IReadOnlyList<string> targets)
    {
        EnsureTypeName(id);
        EnsureTypeName(valueType);
        Ensure.That(!_module.HasIngress(id), this, "another ingress", $"{id} again");
        Ensure.That(targets.Count > 0, this, $"function types for {id}", "none");
        foreach (var target in targets)
        {
            Ensure.That(_module.Serves(target), this, "a function type that one of Functions serves", target);
        }

        _module.Add(new ModuleIngress(id, stream.Stream, valueType, targets));
        Configure();
        return StatefulFunctionsRole.GrantRead(_role, stream.Stream, _props.Runtime);
    }

    /// <summary>
    /// Lets functions put records into <paramref name="stream"/>, which they name by <paramref name="id"/>, such as <c>orders/events</c>.
    /// </summary>
    public Grant GrantWrite(string id, DataStream stream)
    {
        EnsureTypeName(id);
        Ensure.That(!_module.HasEgress(id), this, "another egress", $"{id} again");

        _module.Add(new ModuleEgress(id, stream.Stream));
        Configure();
        return StatefulFunctionsRole.GrantWrite(_role, stream.Stream, _props.Runtime);
    }

    /// <summary>
    /// A metric of the job, out of its log: <c>numRestarts</c>, <c>numberOfFailedCheckpoints</c>, <c>numberOfCompletedCheckpoints</c>
    /// or <c>lastCheckpointDuration</c> (maximum).
    /// </summary>
    /// <remarks>https://nightlies.apache.org/flink/flink-docs-release-1.16/docs/ops/metrics/</remarks>
    public Metric MetricJob(string name, IMetricOptions? options = null) =>
        _reports.OfJob(name).AttachTo(this).With(options ?? new MetricOptions());

    /// <summary>A metric of its tasks, out of their log: <c>backPressuredTimeMsPerSecond</c> (maximum).</summary>
    public Metric MetricTasks(string name, IMetricOptions? options = null) =>
        _reports.OfTasks(name).AttachTo(this).With(options ?? new MetricOptions());

    // The folder of its checkpoints: a job manager that replaces another one is the same job.
    internal string JobId => Node.Addr[^32..];

    private void Configure() => _tasks.Configure(_module.Yaml(_props.Runtime), new StatefulFunctionsConfiguration
    {
        Name = Name,
        Master = _tasks.Master,
        Bucket = Bucket.BucketName,
        Props = _props,
        CallsPerTask = _callsPerTask,
    }.Render());

    private SecurityGroup Group()
    {
        var network = _props.Network;
        var group = new SecurityGroup(this, "SecurityGroup", new SecurityGroupProps
        {
            Vpc = network.Vpc,
            Description = "The tasks of a Stateful Functions cluster",
            AllowAllOutbound = false,
        });
        var ports = Port.TcpRange(StatefulFunctionsConfiguration.FirstPort, StatefulFunctionsConfiguration.LastPort);
        group.AddIngressRule(group, ports, "Flink");
        group.AddEgressRule(group, ports, "Flink");
        group.AddEgressRule(Peer.AnyIpv4(), Port.Tcp(443), "Images, streams, snapshots, logs and functions");
        network.ApiEndpoint.Connections.AllowDefaultPortFrom(group, "The cluster calls functions");
        return group;
    }

    private void EnsureTypeName(string name) => Ensure.That(
        TypeNames.IsWhole(name), this, $"a type name of the form namespace/name, each of {TypeNames.Part}", $"'{name}'");

    // Ingresses and egresses come after the metadata was added. The CDK calls it back, which takes an object of jsii's own
    // (https://github.com/aws/jsii/issues/1029).
    private sealed class Late(Func<object> value) : DeputyBase(new DeputyProps([])), IAnyProducer
    {
        public object Produce(IResolveContext context) => value();
    }
}
