using Amazon.CDK.AWS.KinesisAnalyticsV2;
using Amazon.CDK.AWS.S3.Assets;

namespace KinesisPatterns.Cdk;

/// <summary>
/// A Flink job on Amazon Managed Service for Apache Flink, which its deployments start, watch, roll back and stop.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/what-is.html</remarks>
public sealed class FlinkApplication : Construct, IGrantable
{
    private const string RunOptions = "kinesis.analytics.flink.run.options";
    private const string Streams = "Streams";

    private readonly FlinkApplicationProps _props;
    private readonly FlinkPropertyGroups _groups;
    private readonly CfnApplication _application;
    private readonly FlinkLifecycle _lifecycle;
    private readonly Role _role;
    private readonly Asset _code;

    /// <summary>Defines the application, its role, its logs, its lifecycle and its alarms.</summary>
    public FlinkApplication(Construct scope, string id, FlinkApplicationProps props) : base(scope, id)
    {
        props.EnsureValid(this);
        _props = props;
        _groups = Groups(props);
        _code = new Asset(this, "Code", new AssetProps { Path = props.Code.File });
        var logs = Logs.In(this, "Logs", props.LogRetention);
        var stream = logs.AddStream("Job");
        _role = FlinkRole.In(this, _code, logs, props.Network);

        // The lifecycle asks for the application before there is one: its name cannot be the application's to choose.
        Name = Names.UniqueResourceName(this, new UniqueResourceNameOptions { MaxLength = 100, Separator = "-" });
        _application = new CfnApplication(this, "Resource", new CfnApplicationProps
        {
            ApplicationName = Name,
            RuntimeEnvironment = props.Runtime.Name,
            ServiceExecutionRole = _role.RoleArn,
            ApplicationConfiguration = FlinkConfiguration.Of(props, _code),
            ApplicationMaintenanceConfiguration = FlinkConfiguration.Maintenance(props.MaintenanceStart),
        });
        _lifecycle = new FlinkLifecycle(this, Name, Arn, _code.S3ObjectKey, props);
        Encrypt(props.Key);

        // The service tries its role when the application is made, and the job has to be logged from its start.
        _application.Node.AddDependency(FunctionRole.Policy(_role), _lifecycle.Preparation);
        var logging = new CfnApplicationCloudWatchLoggingOption(this, "Logging", new CfnApplicationCloudWatchLoggingOptionProps
        {
            ApplicationName = _application.Ref,
            CloudWatchLoggingOption = new CfnApplicationCloudWatchLoggingOption.CloudWatchLoggingOptionProperty
            {
                LogStreamArn = StreamArn(logs, stream),
            },
        });
        _lifecycle.Operation.Node.AddDependency(_application, logging);
        Configure();
        Node.AddValidation(new FlinkPlaceholders(props.Code, _groups));

        Alarms = new Alarms(this, "Alarms", FlinkWatches.Of(this, props));
        Alarms.Node.AddDependency(_lifecycle.Operation);
    }

    /// <summary>The application's name.</summary>
    public string Name { get; }

    /// <summary>The application's ARN.</summary>
    public string Arn => Stack.Of(this).FormatArn(new ArnComponents
    {
        Service = "kinesisanalytics",
        Resource = "application",
        ResourceName = Name,
    });

    /// <summary>What is watched: whether the job runs, restarts and failed checkpoints, and its resources.</summary>
    public Alarms Alarms { get; }

    /// <summary>The role of the running job.</summary>
    public IPrincipal GrantPrincipal => _role.GrantPrincipal;

    /// <summary>
    /// Lets the job read <paramref name="stream"/>, including use of its key, and tells it which it is: the SQL finds it as
    /// <c>${Streams.NAME.arn}</c> in the region <c>${Streams.NAME.region}</c>.
    /// </summary>
    public Grant GrantRead(string name, DataStream stream) => GrantRead(name, stream.Stream);

    /// <inheritdoc cref="GrantRead(string, DataStream)"/>
    public Grant GrantRead(string name, IStream stream)
    {
        Tell(name, stream);
        return FlinkRole.GrantRead(_role, stream);
    }

    /// <summary>
    /// Lets the job put records into <paramref name="stream"/>, including use of its key, and tells it which it is: the SQL
    /// finds it as <c>${Streams.NAME.arn}</c> in the region <c>${Streams.NAME.region}</c>.
    /// </summary>
    public Grant GrantWrite(string name, DataStream stream) => GrantWrite(name, stream.Stream);

    /// <inheritdoc cref="GrantWrite(string, DataStream)"/>
    public Grant GrantWrite(string name, IStream stream)
    {
        Tell(name, stream);
        return FlinkRole.GrantWrite(_role, stream);
    }

    /// <summary>
    /// Names the function that does the job's work where there is no Flink: the local host runs it in the job's place, on
    /// batches of <paramref name="source"/>, and says so. It is not deployed.
    /// </summary>
    public void RunsLocallyAs(PublishedFunctionProps function, DataStream source) =>
        FlinkEquivalent.Attach(this, _application, function, source);

    /// <summary>A metric of the whole application, such as <c>cpuUtilization</c> (maximum unless said otherwise).</summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/metrics-dimensions.html</remarks>
    public Metric Metric(string name, IMetricOptions? options = null) => new Metric(new MetricProps
    {
        Namespace = "AWS/KinesisAnalytics",
        MetricName = name,
        Statistic = "Maximum",
        DimensionsMap = new Dictionary<string, string> { ["Application"] = Name },
    }).AttachTo(this).With(options ?? new MetricOptions());

    /// <summary>How often the job was restarted since it was started (maximum), by the name that its version of Flink has for it.</summary>
    public Metric MetricRestarts(IMetricOptions? options = null) =>
        Metric(_props.Runtime.IsFirst ? "fullRestarts" : "numRestarts", options);

    private FlinkPropertyGroups Groups(FlinkApplicationProps props)
    {
        var groups = new FlinkPropertyGroups(this);
        groups.Add(RunOptions, props.Code.RunOptions);
        foreach (var (group, properties) in props.Properties)
        {
            groups.Add(group, properties);
        }

        return groups;
    }

    private void Tell(string name, IStream stream)
    {
        _groups.Tell(Streams, $"{name}.arn", stream.StreamArn);
        _groups.Tell(Streams, $"{name}.region", stream.Env.Region);
        Configure();
    }

    private void Configure()
    {
        _application.AddPropertyOverride(
            "ApplicationConfiguration.EnvironmentProperties.PropertyGroups",
            _groups.Groups.Select(group => new Dictionary<string, object>
            {
                ["PropertyGroupId"] = group.Key,
                ["PropertyMap"] = group.Value.ToDictionary(property => property.Key, property => (object)property.Value),
            }).ToArray());
        var groups = _groups.Groups.ToDictionary(group => group.Key, group => (object)group.Value.ToDictionary());
        var configuration = new Dictionary<string, object>
        {
            ["Configuration"] = FlinkConfiguration.Of(_props, _code),
            ["Key"] = _props.Key?.KeyArn ?? "",
            ["Groups"] = groups,
        };
        _lifecycle.Follow(Stack.Of(this).Resolve(configuration), groups);
    }

    private void Encrypt(IKey? key)
    {
        if (key is not null)
        {
            _application.Set("ApplicationConfiguration.ApplicationEncryptionConfiguration", new Dictionary<string, object>
            {
                ["KeyType"] = "CUSTOMER_MANAGED_KEY",
                ["KeyId"] = key.KeyArn,
            });
            FlinkKey.Grant(key, Arn, _lifecycle.Hook);
        }
    }

    private string StreamArn(LogGroup logs, LogStream stream) => Stack.Of(this).FormatArn(new ArnComponents
    {
        Service = "logs",
        Resource = "log-group",
        ResourceName = $"{logs.LogGroupName}:log-stream:{stream.LogStreamName}",
        ArnFormat = ArnFormat.COLON_RESOURCE_NAME,
    });
}
