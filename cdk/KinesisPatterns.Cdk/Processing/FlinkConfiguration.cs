using System.Globalization;
using Amazon.CDK.AWS.KinesisAnalyticsV2;
using Amazon.CDK.AWS.S3.Assets;

namespace KinesisPatterns.Cdk;

/// <summary>
/// The configuration of a Flink application as CloudFormation has it, without how it is run: the service takes that only
/// while the application runs, and a change of it alone would restart the job.
/// </summary>
internal static class FlinkConfiguration
{
    // Without it the service ignores the values, and those in the code as well.
    private const string Custom = "CUSTOM";

    public static CfnApplication.ApplicationConfigurationProperty Of(FlinkApplicationProps props, Asset code) => new()
    {
        ApplicationCodeConfiguration = new CfnApplication.ApplicationCodeConfigurationProperty
        {
            CodeContentType = "ZIPFILE",
            CodeContent = new CfnApplication.CodeContentProperty
            {
                S3ContentLocation = new CfnApplication.S3ContentLocationProperty
                {
                    BucketArn = code.Bucket.BucketArn,
                    FileKey = code.S3ObjectKey,
                },
            },
        },
        FlinkApplicationConfiguration = new CfnApplication.FlinkApplicationConfigurationProperty
        {
            CheckpointConfiguration = Checkpoints(props.Checkpoints),
            MonitoringConfiguration = new CfnApplication.MonitoringConfigurationProperty
            {
                ConfigurationType = Custom,
                LogLevel = Upper(props.LogLevel),
                MetricsLevel = Upper(props.MetricsLevel),
            },
            ParallelismConfiguration = new CfnApplication.ParallelismConfigurationProperty
            {
                ConfigurationType = Custom,
                Parallelism = props.Parallelism,
                ParallelismPerKpu = props.ParallelismPerKpu,
                AutoScalingEnabled = props.AutoScaling,
            },
        },
        ApplicationSnapshotConfiguration = new CfnApplication.ApplicationSnapshotConfigurationProperty
        {
            SnapshotsEnabled = props.Snapshots,
        },
        ApplicationSystemRollbackConfiguration = new CfnApplication.ApplicationSystemRollbackConfigurationProperty
        {
            RollbackEnabled = props.SystemRollback,
        },
        VpcConfigurations = props.Network is { } network ? new[] { Vpc(network) } : null,
    };

    public static CfnApplication.ApplicationMaintenanceConfigurationProperty? Maintenance(TimeOnly? start) =>
        start is null ? null : new()
        {
            ApplicationMaintenanceWindowStartTime = start.Value.ToString("HH:mm", CultureInfo.InvariantCulture),
        };

    private static CfnApplication.CheckpointConfigurationProperty Checkpoints(FlinkCheckpoints? checkpoints) =>
        checkpoints is null ? new() { ConfigurationType = "DEFAULT" } : new()
        {
            ConfigurationType = Custom,
            CheckpointingEnabled = true,
            CheckpointInterval = checkpoints.Interval.ToMilliseconds(),
            MinPauseBetweenCheckpoints = checkpoints.MinimumPause.ToMilliseconds(),
        };

    private static CfnApplication.VpcConfigurationProperty Vpc(FunctionNetwork network) => new()
    {
        SubnetIds = network.Vpc.SelectSubnets(network.Subnets as Amazon.CDK.AWS.EC2.SubnetSelection).SubnetIds,
        SecurityGroupIds = [.. network.SecurityGroups.Select(group => group.SecurityGroupId)],
    };

    private static string Upper<T>(T level) where T : struct, Enum => level.ToString().ToUpperInvariant();
}
