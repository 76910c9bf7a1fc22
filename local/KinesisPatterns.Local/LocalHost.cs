using System.Net;
using System.Net.Sockets;
using KinesisPatterns.Local.ApiGateway;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Flink;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Ledger;
using KinesisPatterns.Local.Messaging;
using KinesisPatterns.Local.Page;
using KinesisPatterns.Local.Page.Dashboards;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.State;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KinesisPatterns.Local;

/// <summary>Runs a stack of a synthesized CDK app on this machine: its streams, functions, tables, buckets and API, behind one endpoint.</summary>
public sealed partial class LocalHost : IAsyncDisposable
{
    private const string Account = "000000000000";

    // A message takes several calls, where a batch of an event source mapping is one.
    private const double ShareOfRemoteCalls = 0.25;

    private readonly LocalHostOptions _options;
    private readonly WebApplication _web;
    private readonly string _data;
    private readonly SkewedTime _clock;
    private readonly MetricLog _metrics = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _sampling = Task.CompletedTask;
    private readonly ServiceRoles? _roles;
    private readonly FunctionLogs? _logs;
    private readonly PermissionReport? _report;
    private Task _faulting = Task.CompletedTask;
    private DashboardPage? _dashboards;

    private LocalHost(LocalHostOptions options)
    {
        _options = options;
        Faults = options.FaultPlan ?? (options.Faults is { } faults ? FaultProfile.Parse(faults) : null);
        var state = options.StateDirectory is { } folder ? HostState.Open(folder) : null;
        _clock = new(TimeProvider.System);
        _data = options.DataDirectory ?? state?.PathOf("buckets") ?? System.IO.Directory.CreateTempSubdirectory("kinesis-patterns-").FullName;
        var assembly = CloudAssembly.Load(options.AssemblyDirectory);
        var stack = options.Stack is { } name ? assembly.Stack(name)
            : assembly.Stacks.Count == 1 ? assembly.Stacks[0]
            : throw new LocalHostException($"The app has several stacks; name one: {string.Join(", ", assembly.Stacks.Select(s => s.Id))}.");
        stack = FlinkJob.Home is null ? FlinkEquivalents.AddTo(stack, options.AssemblyDirectory) : stack;
        Deployment = new(stack, new(Account, options.Region));
        var observer = new LedgerObserver(Ledger);
        Recorder = new(observer);
        var authorization = options.EnforcePermissions ? new Iam.Authorization(Deployment, Remark, TimeProvider.System) : null;
        (_roles, _logs) = authorization is null ? (null, null) : Roles(authorization);
        KinesisService? kinesis = null;
        kinesis = new(new()
        {
            Region = options.Region,
            AccountId = Account,
            EnforceQuotas = options.EnforceQuotas,
            Observer = observer,
            Store = state?.Streams,
            Time = _clock,
            EnforceCallRates = options.EnforceCallRates,
            Transition = options.StreamTransition,
            Authorize = (context, action, arn) => KinesisRights.Refusal(kinesis!, context, action, arn),
        });
        var s3 = new S3Service(_data, TimeProvider.System, state);
        var queues = new SqsService(Deployment.Identity, TimeProvider.System);
        var topics = new SnsService(Deployment.Identity, queues, TimeProvider.System);
        var destination = new FailureDestination(s3, queues, topics, Recorder.Kept, function => _roles?.OfFunction(function));
        var lambda = new LambdaService(new()
        {
            Kinesis = kinesis,
            Time = _clock,
            Faults = Faults,
            Store = state?.Mappings,
            Endpoint = () => Endpoint.Authority,
            OnFunctionLog = (function, _, line) => OnFunctionLog(function, line),
            OnRemark = Remark,
            Authorize = (context, action, arn) => context.Caller()?.Refusal(action, arn),
            AuthorizePolling = mapping => _roles?.OfFunction(mapping.Function.Name) is { } role ? KinesisRights.ReadRefusal(role, mapping.Stream) : null,
            Destination = Faults is { } plan ? new FaultyDestination(destination, plan, TimeProvider.System) : destination,
            Observer = Recorder,
        });
        var api = new ApiGatewayService(InvokeAsync, Deployment.Identity, TimeProvider.System)
        {
            Authorization = authorization,
            InvokeRemote = Faults is { } struck ? async (function, payload, cancellation) => AnswerOf(await new FaultyInvoker(lambda, struck, ShareOfRemoteCalls).InvokeAsync(function, payload, cancellation)) : null,
        };
        Services = new(kinesis, lambda, new(state?.PathOf("tables")), s3, new(state), new(TimeProvider.System), api, new(Deployment.Identity, TimeProvider.System) { Queues = queues, Topics = topics }, queues, topics, new(StringComparer.Ordinal))
        {
            Authorization = authorization,
            StateMachines = new(Deployment.Identity, TimeProvider.System),
            State = state,
            Faults = Faults,
        };
        if (authorization is not null)
        {
            _report = new(Deployment, authorization);
            authorization.PutPolicies = arn => kinesis.Policies.GetValueOrDefault(arn);
            Services.Events.Refusal = (rule, target) => EventRights.Refusal(authorization, rule, target);
            queues.Authorize = topics.Authorize = MessagingRights.Refusal;
            topics.DeliveryRefusal = subscription => MessagingRights.DeliveryRefusal(authorization, subscription);
        }

        _web = Build(options);
    }

    /// <summary>The endpoint of all services: what <c>AWS_ENDPOINT_URL</c> is to name.</summary>
    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    /// <summary>The live page.</summary>
    public Uri Page { get; private set; } = new("http://127.0.0.1");

    /// <summary>The stack's name.</summary>
    public string StackName => Deployment.StackName;

    /// <summary>The stack's outputs by name, with URLs that work here.</summary>
    public IReadOnlyDictionary<string, string> Outputs { get; private set; } = new Dictionary<string, string>();

    /// <summary>Every resource of the stack and how it runs here.</summary>
    public IReadOnlyList<ResourceStatus> Resources { get; private set; } = [];

    /// <summary>Where every record that a stream accepted is, from its acceptance to its end in each event source mapping.</summary>
    public RecordLedger Ledger { get; } = new();

    /// <summary>What the stack's policies grant, and what of it was used so far; nothing when permissions are not enforced.</summary>
    public IReadOnlyList<PermissionUse> Permissions => _report?.Uses() ?? [];

    /// <summary>Calls that were refused so far.</summary>
    public IReadOnlyList<RefusedCall> Refused => _report?.Refused() ?? [];

    /// <summary>How many faults there were, by kind; empty when none were asked for.</summary>
    public IReadOnlyDictionary<string, long> FaultCounts => Faults?.Counts ?? new Dictionary<string, long>();

    internal FaultPlan? Faults { get; }

    internal Deployment Deployment { get; }

    internal HostServices Services { get; }

    internal Recorder Recorder { get; }

    internal IPageSource? PageSource { get; set; }

    /// <summary>Starts everything the stack holds; it runs until it is disposed.</summary>
    /// <exception cref="LocalHostException">Something the user can put right is missing.</exception>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public static async Task<LocalHost> StartAsync(LocalHostOptions options, CancellationToken cancellation = default)
    {
        var host = new LocalHost(options);
        try
        {
            await host.StartAsync(cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether every record was processed by everything that reads it.</summary>
    public bool IsIdle => Services.Lambda.Mappings.All(m => m.IsIdle) && Services.Firehose.IsIdle && Services.Modules.All(m => m.IsIdle);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _faulting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _sampling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        await Services.DisposeAsync();
        await _web.DisposeAsync();
        if (_options is { DataDirectory: null, StateDirectory: null } && System.IO.Directory.Exists(_data))
        {
            System.IO.Directory.Delete(_data, recursive: true);
        }
    }

    private static WebApplication Build(LocalHostOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.AddServerHeader = false;
        });
        HttpVersions.ListenForBoth(builder.WebHost, IPAddress.Loopback, options.Port, options.PagePort);
        return builder.Build();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        var gateway = new Gateway(Services, Deployment.Identity);
        Func<HttpContext, Task> services = Faults is { } faults ? new FaultGateway(faults, gateway.HandleAsync, TimeProvider.System, Services.Api.Remote).HandleAsync : gateway.HandleAsync;
        _web.Run(context => context.Connection.LocalPort == Page.Port ? PageAsync(context) : services(context));
        await ListenAsync(cancellation);

        var hosts = new CloudHosts(Deployment, Endpoint);
        Resources = await new Provisioner(Deployment, hosts, Endpoint, Services, _roles, TimeProvider.System) { Remark = Remark, TimersClock = _clock }.RunAsync(InvokeAsync, line => _options.FunctionOutput?.Invoke("Flink", line), cancellation);
        _dashboards = new(DashboardFile.Of(Deployment), Services.Influx.Values.FirstOrDefault()?.Store, _metrics);
        _sampling = new MetricSampler(Services, _metrics, TimeProvider.System).RunAsync(_stopping.Token);
        _faulting = Faults is { } plan ? new HostFaults(plan, Services, _clock, remark => _options.FunctionOutput?.Invoke("fault", remark)).RunAsync(_stopping.Token) : Task.CompletedTask;
        Outputs = Deployment.Outputs().ToDictionary(o => o.Key, o => hosts.Localized(o.Value));
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        try
        {
            await _web.StartAsync(cancellation);
        }
        catch (IOException error) when (error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException or SocketException)
        {
            throw new LocalHostException($"{error.Message} Stop what listens there, or name another port with --port and --page.", error);
        }

        var addresses = _web.Urls.Select(u => new Uri(u)).ToList();
        Endpoint = addresses[0];
        Page = addresses[1];
    }

    private (ServiceRoles, FunctionLogs) Roles(Iam.Authorization authorization)
    {
        var roles = new ServiceRoles(Deployment, authorization);
        return (roles, new(Deployment, authorization, roles));
    }

    private void Remark(string remark) => _options.FunctionOutput?.Invoke("host", remark);

    private void OnFunctionLog(string function, string line)
    {
        if (_logs?.Take(function) == false)
        {
            return;
        }

        _metrics.Take(line);
        _options.FunctionOutput?.Invoke(function, line);
    }

    private Task PageAsync(HttpContext context)
    {
        if (_dashboards is { } dashboards && context.Request.Path.StartsWithSegments("/dashboards", StringComparison.Ordinal))
        {
            return dashboards.HandleAsync(context);
        }

        if (PageSource is { } source)
        {
            return new LivePage(source).HandleAsync(context);
        }

        context.Response.StatusCode = 503;
        return context.Response.WriteAsync("The host is starting.", context.RequestAborted);
    }

    private async Task<ReadOnlyMemory<byte>?> InvokeAsync(string functionArn, ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        AnswerOf(await Services.Lambda.InvokeAsync(functionArn, payload, cancellation));

    private static ReadOnlyMemory<byte>? AnswerOf(InvocationResult result) => result.Status == InvocationStatus.Succeeded ? result.Payload : null;
}
