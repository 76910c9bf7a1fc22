namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="PublishedFunction"/>.</summary>
public sealed record PublishedFunctionProps
{
    /// <summary>The published executable.</summary>
    public required FunctionCode Code { get; init; }

    /// <summary>
    /// Whether it was compiled ahead of time (Native AOT), to run on <c>provided.al2023</c> instead of the managed
    /// runtime.
    /// </summary>
    public bool NativeAot { get; init; }

    /// <summary>The processor it was published for.</summary>
    public Architecture Architecture { get; init; } = Architecture.X86_64;

    /// <summary>Memory, and with it CPU (one core per 1,769 MiB): 128 to 10,240 MiB.</summary>
    public Size Memory { get; init; } = Size.Mebibytes(512);

    /// <summary>How long one invocation may take: 1 second to 15 minutes.</summary>
    public Duration Timeout { get; init; } = Duration.Minutes(1);

    /// <summary>Environment variables, 4 KB in all.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where in a VPC the function runs; null keeps it outside of any.</summary>
    public FunctionNetwork? Network { get; init; }

    /// <summary>How long its logs are kept.</summary>
    public RetentionDays LogRetention { get; init; } = RetentionDays.ONE_YEAR;
}

/// <summary>
/// A published .NET executable as a traced Lambda function, with its own log group and a role that allows no more than
/// it needs.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/lambda-csharp.html</remarks>
public sealed class PublishedFunction : Construct, IGrantable
{
    // The CDK version pinned has no name for it.
    private static readonly Runtime _dotnet10 = new("dotnet10", RuntimeFamily.DOTNET_CORE);

    /// <summary>Defines the function.</summary>
    public PublishedFunction(Construct scope, string id, PublishedFunctionProps props) : base(scope, id)
    {
        Ensure.InRange(this, props.Memory, Size.Mebibytes(128), Size.Mebibytes(10_240));
        Ensure.InRange(this, props.Timeout, Duration.Seconds(1), Duration.Minutes(15));
        var executable = props.NativeAot ? NativeExecutable.In(props.Code.Folder) : null;
        EnsureRuns(props, executable);
        StandIns.Refuse(this, props.Code);

        var logs = Logs.In(this, "Logs", props.LogRetention);
        var role = FunctionRole.In(this, logs, props.Network);
        var unstaged = Node.TryGetContext("aws:cdk:disable-asset-staging") is not null;
        using var staged = StagedCode.From(props.Code, executable, keep: unstaged);

        Function = new Function(this, "Resource", new FunctionProps
        {
            Code = staged.Code,
            Runtime = props.NativeAot ? Runtime.PROVIDED_AL2023 : _dotnet10,
            Handler = props.NativeAot ? NativeExecutable.Bootstrap : props.Code.AssemblyName!,
            Architecture = props.Architecture,
            MemorySize = props.Memory.ToMebibytes(),
            Timeout = props.Timeout,
            Environment = props.Environment.ToDictionary(),
            Role = role,
            LogGroup = logs,
            Tracing = Tracing.ACTIVE,
            Vpc = props.Network?.Vpc,
            VpcSubnets = props.Network?.Subnets,
            SecurityGroups = props.Network?.SecurityGroups.ToArray(),
        });
        FunctionRole.AcknowledgeFindings(role);
        if (props.Network is null)
        {
            Function.Acknowledge("lambda_inside_vpc_check", "It calls nothing that is inside a VPC.");
        }
    }

    /// <summary>The underlying L2.</summary>
    public Function Function { get; }

    /// <inheritdoc/>
    public IPrincipal GrantPrincipal => Function.GrantPrincipal;

    private void EnsureRuns(PublishedFunctionProps props, string? executable)
    {
        if (!props.NativeAot)
        {
            Ensure.That(
                props.Code.AssemblyName is not null,
                this,
                "one *.runtimeconfig.json (a managed executable)",
                props.Code.Folder);
            return;
        }

        Ensure.That(executable is not null, this, "a native executable (published with PublishAot)", props.Code.Folder);
        var machine = NativeExecutable.Machine(executable)!;
        var expected = props.Architecture.Name;
        Ensure.That(machine.Name == expected, this, $"an executable for {expected}", machine.Name);
    }
}
