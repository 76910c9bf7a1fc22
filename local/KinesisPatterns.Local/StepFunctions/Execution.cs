using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>How an execution is, in AWS's words.</summary>
internal enum ExecutionStatus
{
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

/// <summary>Something that happened in an execution.</summary>
internal sealed record ExecutionEvent(int Id, string Type, DateTimeOffset Time, string? DetailsName, JsonObject? Details);

/// <summary>One execution of a state machine: what it was given, how it is, and what happened.</summary>
internal sealed class Execution(string arn, string machineArn, string name, string input, TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ExecutionEvent> _history = [];

    public string Arn => arn;

    public string MachineArn => machineArn;

    public string Name => name;

    public string Input => input;

    public DateTimeOffset Started { get; } = clock.GetUtcNow();

    public DateTimeOffset? Stopped { get; private set; }

    public ExecutionStatus Status { get; private set; }

    public string? Output { get; private set; }

    public string? Error { get; private set; }

    public string? Cause { get; private set; }

    /// <summary>Stops it.</summary>
    public CancellationTokenSource Stopping { get; } = new();

    /// <summary>How many events the history has.</summary>
    public int Events
    {
        get
        {
            lock (_lock)
            {
                return _history.Count;
            }
        }
    }

    public IReadOnlyList<ExecutionEvent> History
    {
        get
        {
            lock (_lock)
            {
                return [.. _history];
            }
        }
    }

    /// <summary>Something happened; nothing does in an execution that has ended.</summary>
    public void Happened(string type, string? detailsName = null, JsonObject? details = null)
    {
        lock (_lock)
        {
            if (Status == ExecutionStatus.Running)
            {
                Add(type, detailsName, details);
            }
        }
    }

    /// <summary>Ends it, unless it has ended before.</summary>
    public void End(ExecutionStatus status, string? output = null, string? error = null, string? cause = null)
    {
        lock (_lock)
        {
            if (Status != ExecutionStatus.Running)
            {
                return;
            }

            Add($"Execution{status}", $"execution{status}EventDetails", status == ExecutionStatus.Succeeded
                ? new() { ["output"] = output }
                : new() { ["error"] = error, ["cause"] = cause });
            (Output, Error, Cause, Stopped, Status) = (output, error, cause, clock.GetUtcNow(), status);
        }
    }

    public void Dispose() => Stopping.Dispose();

    private void Add(string type, string? detailsName, JsonObject? details) =>
        _history.Add(new(_history.Count + 1, type, clock.GetUtcNow(), detailsName, details));
}
