using KinesisPatterns.Lambdas.FlinkLifecycle;

namespace KinesisPatterns.Lambdas.Tests.FlinkLifecycle;

/// <summary>
/// The managed service as a test wants it: it keeps the rules of its states, and what comes of an operation is what the
/// test says once it lets time pass.
/// </summary>
internal sealed class ScriptedFlink : TimeProvider, IFlinkService
{
    private readonly Dictionary<string, string?> _reasons = [];
    private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private Operation? _current;

    public ScriptedFlink(string status = ApplicationStatus.Ready)
    {
        Application = new()
        {
            Status = status,
            Version = 3,
            Updated = _now,
            Runtime = "FLINK-2_2",
            CodeKey = "new.zip",
            Parallelism = 2,
            PropertyGroups = Group("Rules", ("limit", "5")),
        };
        if (status == ApplicationStatus.Running)
        {
            // As CloudFormation leaves it: updated and running again.
            Operations.Add(new("o-0", Operation.Update, "SUCCESSFUL", _now - TimeSpan.FromMinutes(1), _now));
        }
    }

    public Application? Application { get; set; }

    public List<Operation> Operations { get; } = [];

    public List<Snapshot> Snapshots { get; } = [];

    /// <summary>What was asked to be done.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What the service refuses, by the name of the call; each is refused once.</summary>
    public Dictionary<string, Queue<FlinkServiceException>> Refusals { get; } = [];

    public static Dictionary<string, IReadOnlyDictionary<string, string>> Group(string name, params (string Key, string Value)[] values) =>
        new() { [name] = values.ToDictionary(value => value.Key, value => value.Value) };

    public override DateTimeOffset GetUtcNow() => _now;

    public void Pass(TimeSpan time) => _now += time;

    public void Refuse(string call, string code, string message = "No.")
    {
        Refusals.TryAdd(call, new());
        Refusals[call].Enqueue(new(code, message));
    }

    /// <summary>Something begins without being asked for here: CloudFormation's update, automatic scaling.</summary>
    public void Begin(string kind, string status)
    {
        _current = new($"o-{Operations.Count + 1}", kind, "IN_PROGRESS", _now, null);
        Operations.Add(_current);
        Application = Application! with { Status = status };
    }

    /// <summary>What goes on is over, after some time.</summary>
    public void Finish(string status, bool failed = false, string? reason = null, TimeSpan? after = null)
    {
        Pass(after ?? TimeSpan.FromSeconds(40));
        Operations[Operations.IndexOf(_current!)] =
            _current! with { Status = failed ? "FAILED" : "SUCCESSFUL", Ended = _now };
        _reasons[_current.Id] = reason;
        _current = null;
        Application = Application! with { Status = status };
    }

    Task<Application?> IFlinkService.DescribeAsync(CancellationToken cancellationToken) =>
        Answer("Describe", () => Application);

    Task<IReadOnlyList<Operation>> IFlinkService.OperationsAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<Operation>>("Operations", () => [.. Operations]);

    Task<string?> IFlinkService.ReasonAsync(string operationId, CancellationToken cancellationToken) =>
        Task.FromResult(_reasons.GetValueOrDefault(operationId));

    Task IFlinkService.StartAsync(Restore restore, CancellationToken cancellationToken) => Answer("Start", () =>
    {
        Expect(ApplicationStatus.Ready);
        Calls.Add($"Start {restore.Type} {restore.SnapshotName}{(restore.AllowNonRestoredState ? "allow" : "strict")}");
        Begin(Operation.Start, "STARTING");
        return true;
    });

    Task IFlinkService.StopAsync(bool force, CancellationToken cancellationToken) => Answer(force ? "ForceStop" : "Stop", () =>
    {
        if (!force)
        {
            Expect(ApplicationStatus.Running);
        }

        Calls.Add(force ? "Stop by force" : "Stop");
        Begin(Operation.Stop, force ? ApplicationStatus.ForceStopping : "STOPPING");
        return true;
    });

    Task IFlinkService.RollBackAsync(long version, CancellationToken cancellationToken) => Answer("RollBack", () =>
    {
        Calls.Add($"Roll back {version}");
        Begin(Operation.RollBack, ApplicationStatus.RollingBack);
        return true;
    });

    Task<IReadOnlyList<Snapshot>> IFlinkService.SnapshotsAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<Snapshot>>("Snapshots", () => [.. Snapshots]);

    Task IFlinkService.CreateSnapshotAsync(string name, CancellationToken cancellationToken) => Answer("CreateSnapshot", () =>
    {
        Expect(ApplicationStatus.Running);
        Calls.Add($"Snapshot {name}");
        Snapshots.Add(new(name, Snapshot.Creating, _now));
        return true;
    });

    Task IFlinkService.DeleteSnapshotAsync(Snapshot snapshot, CancellationToken cancellationToken) => Answer("DeleteSnapshot", () =>
    {
        Calls.Add($"Delete {snapshot.Name}");
        return Snapshots.Remove(snapshot);
    });

    private Task<T> Answer<T>(string call, Func<T> answer) =>
        Refusals.GetValueOrDefault(call)?.TryDequeue(out var refusal) == true
            ? Task.FromException<T>(refusal)
            : Task.FromResult(answer());

    private void Expect(string status)
    {
        if (Application?.Status != status)
        {
            throw new FlinkServiceException("ResourceInUse", $"It is {Application?.Status}.");
        }
    }
}
