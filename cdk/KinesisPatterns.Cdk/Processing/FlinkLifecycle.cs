using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace KinesisPatterns.Cdk;

/// <summary>
/// What a deployment does with a Flink application besides changing it: before the change it refuses what would lose
/// state and saves it, after it starts and watches the job, and before the application goes it stops the job.
/// </summary>
internal sealed class FlinkLifecycle
{
    private static readonly string[] _actions =
    [
        "kinesisanalytics:CreateApplicationSnapshot",
        "kinesisanalytics:DeleteApplicationSnapshot",
        "kinesisanalytics:DescribeApplication",
        "kinesisanalytics:DescribeApplicationOperation",
        "kinesisanalytics:DescribeApplicationSnapshot",
        "kinesisanalytics:ListApplicationOperations",
        "kinesisanalytics:ListApplicationSnapshots",
        "kinesisanalytics:RollbackApplication",
        "kinesisanalytics:StartApplication",
        "kinesisanalytics:StopApplication",
    ];

    private const int LongestGroups = 30_000;

    private readonly CustomResource _preparation;
    private readonly CustomResource _operation;

    public FlinkLifecycle(Construct scope, string application, string arn, string codeKey, FlinkApplicationProps props)
    {
        var hook = new DeploymentHook(scope, "Lifecycle", new()
        {
            Function = props.Lifecycle,
            QueryInterval = Duration.Seconds(15),

            // CloudFormation gives up after an hour, without a reason.
            TotalTimeout = Duration.Minutes(55),
        });
        hook.Allow(_actions, arn);
        Hook = hook;
        _preparation = hook.Add(scope, "Preparation", "Custom::FlinkPreparation", Told(application, codeKey, props));
        _operation = hook.Add(scope, "Operation", "Custom::FlinkOperation", Told(application, codeKey, props));
    }

    public IGrantable Hook { get; }

    /// <summary>What runs before the application is made or changed.</summary>
    public IConstruct Preparation => _preparation;

    /// <summary>What runs after, and what goes before it.</summary>
    public IConstruct Operation => _operation;

    /// <summary>Makes a change of the configuration a change of both custom resources.</summary>
    /// <param name="configuration">What was configured, with intrinsic functions for what is not known yet.</param>
    /// <param name="groups">The property groups, to find out whether the service has undone a change of them.</param>
    public void Follow(object configuration, IReadOnlyDictionary<string, object> groups)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(configuration)));
        foreach (var resource in new[] { _preparation, _operation })
        {
            ((CfnResource)resource.Node.DefaultChild!).AddPropertyOverride("Configuration", hash[..32]);
        }

        // The whole request has to fit into 256 KB, on its way through a state machine.
        if (JsonSerializer.Serialize(groups).Length <= LongestGroups)
        {
            ((CfnResource)_operation.Node.DefaultChild!).AddPropertyOverride("PropertyGroups", groups);
        }
    }

    private static Dictionary<string, object> Told(string application, string codeKey, FlinkApplicationProps props)
    {
        var told = new Dictionary<string, object>
        {
            ["ApplicationName"] = application,
            ["Runtime"] = props.Runtime.Name,
            ["CodeKey"] = codeKey,
            ["Parallelism"] = props.Parallelism.ToString(CultureInfo.InvariantCulture),
            ["Restore"] = props.Restore.Type,
            ["AllowNonRestoredState"] = Text(props.AllowNonRestoredState),
            ["StateIsCompatible"] = Text(props.StateIsCompatible),
            ["Snapshots"] = Text(props.Snapshots),
            ["WatchSeconds"] = props.Watch.ToSeconds().ToString(CultureInfo.InvariantCulture),
        };
        if (props.Restore.SnapshotName is { } name)
        {
            told["SnapshotName"] = name;
        }

        return told;
    }

    // CloudFormation would make them text anyhow.
    private static string Text(bool value) => value ? "true" : "false";
}
