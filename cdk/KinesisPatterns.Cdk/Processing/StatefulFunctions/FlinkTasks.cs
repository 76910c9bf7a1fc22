using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ECS;
using Volume = Amazon.CDK.AWS.ECS.Volume;

namespace KinesisPatterns.Cdk;

/// <summary>The tasks of a cluster: one job manager, which goes on from the newest checkpoint, and its task managers.</summary>
internal sealed class FlinkTasks
{
    private const string Shared = "Resume";
    private const double ResumeMebibytes = 256;

    private readonly List<ContainerDefinition> _flink = [];
    private readonly StatefulFunctionsCluster _scope;
    private readonly StatefulFunctionsClusterProps _props;
    private readonly ContainerImage _image;
    private readonly LogDriver _log;

    public FlinkTasks(
        StatefulFunctionsCluster scope, StatefulFunctionsClusterProps props, Role role, LogGroup log, SecurityGroup group)
    {
        (_scope, _props) = (scope, props);
        _image = ContainerImage.FromRegistry(new CfnParameter(scope, "Image", new CfnParameterProps
        {
            Default = props.Runtime.Image,
            Description = "The image of Stateful Functions; end it in @sha256:... to pin it.",
            AllowedPattern = "^[^\\s]+$",
        }).ValueAsString);
        _log = LogDriver.AwsLogs(new AwsLogDriverProps { LogGroup = log, StreamPrefix = "flink" });
        Cluster = new Cluster(scope, "Resource", new ClusterProps { Vpc = props.Network.Vpc, ContainerInsights = true });
        var names = Cluster.AddDefaultCloudMapNamespace(new CloudMapNamespaceOptions
        {
            Name = $"{scope.Name.ToLowerInvariant()}.internal",
        });
        Master = $"master.{names.NamespaceName}";

        var jobManager = Definition("JobManagerTask", props.JobManagerSize, role);
        jobManager.AddVolume(new Volume { Name = Shared });
        var resume = Resume(jobManager);
        var memory = props.JobManagerSize.Memory.ToMebibytes() - ResumeMebibytes;
        var master = Flink(jobManager, "Master", memory, MasterCommand());
        master.AddMountPoints(Mount(readOnly: true));
        master.AddContainerDependencies(new ContainerDependency
        {
            Container = resume,
            Condition = ContainerDependencyCondition.SUCCESS,
        });
        JobManager = Service("JobManager", jobManager, group, count: 1, new CloudMapOptions
        {
            Name = "master",
            DnsTtl = Duration.Seconds(10),
        });

        var taskManager = Definition("TaskManagerTask", props.TaskManagerSize, role);
        Flink(taskManager, "Worker", props.TaskManagerSize.Memory.ToMebibytes(), props.Runtime.IsFork ? ["taskmanager"] : []);
        TaskManagers = Service("TaskManagers", taskManager, group, props.TaskManagers, names: null);
        AcknowledgeFindings(jobManager, taskManager);
    }

    public Cluster Cluster { get; }

    /// <summary>The name at which task managers find the job manager.</summary>
    public string Master { get; }

    public FargateService JobManager { get; }

    public FargateService TaskManagers { get; }

    public void Configure(string module, string configuration)
    {
        foreach (var container in _flink)
        {
            container.AddEnvironment("MODULE_YAML", module);
            container.AddEnvironment("FLINK_CONF", configuration);
        }
    }


    private FargateTaskDefinition Definition(string id, TaskSize size, Role role) => new(_scope, id, new FargateTaskDefinitionProps
    {
        Cpu = size.Cpu,
        MemoryLimitMiB = size.Memory.ToMebibytes(),
        TaskRole = role,
        RuntimePlatform = new RuntimePlatform
        {
            // The Kinesis producer of Apache's release is a native program for x86_64.
            CpuArchitecture = CpuArchitecture.X86_64,
            OperatingSystemFamily = OperatingSystemFamily.LINUX,
        },
    });

    private string[] MasterCommand() => _props.Runtime.IsFork
        ?
        [
            "standalone-job",
            "--job-classname", "io.github.kzmlabs.statefun.runner.Main",
            "--jars", "/opt/flink/statefun-flink-runner.jar",
            "--job-id", _scope.JobId,
        ]
        : ["--job-id", _scope.JobId];

    private ContainerDefinition Resume(FargateTaskDefinition task)
    {
        var image = new CfnParameter(_scope, "ResumeImage", new CfnParameterProps
        {
            Default = "public.ecr.aws/aws-cli/aws-cli:2.22.0",
            Description = "An image with the AWS CLI and sh, which looks for the newest checkpoint; end it in @sha256:... to pin it.",
            AllowedPattern = "^[^\\s]+$",
        });
        var container = task.AddContainer("Resume", new ContainerDefinitionOptions
        {
            Image = ContainerImage.FromRegistry(image.ValueAsString),
            Essential = false,
            MemoryLimitMiB = ResumeMebibytes,
            EntryPoint = ["sh", "-c", FlinkScripts.Resume.ReplaceLineEndings("\n")],
            Environment = new Dictionary<string, string>
            {
                ["BUCKET"] = _scope.Bucket.BucketName,
                ["FOLDER"] = FlinkScripts.Shared,
                ["JOB_ID"] = _scope.JobId,
            },
            Logging = _log,
        });
        container.AddMountPoints(Mount(readOnly: false));
        return container;
    }

    private ContainerDefinition Flink(FargateTaskDefinition task, string id, double memory, string[] command)
    {
        var role = id.ToLowerInvariant();
        var container = task.AddContainer(id, new ContainerDefinitionOptions
        {
            Image = _image,
            EntryPoint = ["sh", "-c", FlinkScripts.Start(_props.Runtime, restores: role == "master"), "flink"],
            MemoryLimitMiB = memory,
            Command = command,
            Environment = new Dictionary<string, string> { ["ROLE"] = role, ["MASTER_HOST"] = Master },
            Logging = _log,

            // To end a checkpoint that is being written.
            StopTimeout = Duration.Seconds(60),
        });
        _flink.Add(container);
        return container;
    }

    // Never two job managers on one job, nor task managers of two modules: the old ones end before new ones start.
    private FargateService Service(
        string id, FargateTaskDefinition task, SecurityGroup group, int count, CloudMapOptions? names) =>
        new(_scope, id, new FargateServiceProps
        {
            Cluster = Cluster,
            TaskDefinition = task,
            DesiredCount = count,
            MinHealthyPercent = 0,
            MaxHealthyPercent = 100,
            CircuitBreaker = new DeploymentCircuitBreaker { Rollback = true },
            PlatformVersion = FargatePlatformVersion.LATEST,
            VpcSubnets = _props.Network.Subnets,
            SecurityGroups = [group],
            AssignPublicIp = false,
            CloudMapOptions = names,
            PropagateTags = PropagatedTagSource.SERVICE,
        });

    private static MountPoint Mount(bool readOnly) => new()
    {
        SourceVolume = Shared,
        ContainerPath = FlinkScripts.Shared,
        ReadOnly = readOnly,
    };

    private static void AcknowledgeFindings(params FargateTaskDefinition[] tasks)
    {
        foreach (var task in tasks)
        {
            task.Acknowledge("AwsSolutions-ECS2", "They name streams, a bucket and an address: none is a secret.");
            task.Acknowledge(
                "ecs_containers_readonly_access_check",
                "The images take their module and configuration from folders of their own, and Flink keeps state on disk.");
            task.Acknowledge(
                "ecs_task_definition_nonroot_user_check",
                "Apache's image starts as root, the fork's as the user flink that it names itself; nobody else runs in the task.");
        }
    }
}
