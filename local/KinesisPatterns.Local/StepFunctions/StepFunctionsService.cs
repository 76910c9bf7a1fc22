using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>Runs the stack's state machines when they are started. Executions end with the host.</summary>
/// <remarks>https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html</remarks>
internal sealed class StepFunctionsService(AwsIdentity aws, TimeProvider clock) : IAsyncDisposable
{
    private const int LongestInput = 262_144;
    private const int LongestName = 80;

    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    private static readonly SearchValues<char> _unfit = SearchValues.Create(" \t\r\n<>{}[]?*\"#%\\^|~`$&,;:/");

    private readonly ConcurrentDictionary<string, StateMachine> _machines = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (Execution Execution, Task Run)> _executions = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public void Add(StateMachine machine) => _machines[machine.Arn] = machine;

    public Task HandleAsync(HttpContext context) => AwsJson.ServeAsync(context, (operation, request) => Task.FromResult<JsonObject?>(operation switch
    {
        "StartExecution" => Start(context, request),
        "DescribeExecution" => Described(Of(context, request, operation)),
        "GetExecutionHistory" => History(Of(context, request, operation), Json.Boolean(request["reverseOrder"]) == true),
        "StopExecution" => Stop(Of(context, request, operation), request),
        "ListExecutions" => List(context, request),
        "ListStateMachines" => Machines(context),
        _ => throw AwsJson.Unknown($"states:{operation}"),
    }));

    public async ValueTask DisposeAsync()
    {
        foreach (var (execution, run) in _executions.Values)
        {
            await execution.Stopping.CancelAsync();
            await run;
            execution.Dispose();
        }
    }

    private JsonObject Start(HttpContext context, JsonObject request)
    {
        var machine = MachineOf(context, request, "StartExecution");
        var name = (string?)request["name"] ?? Guid.NewGuid().ToString();
        if (name.Length is 0 or > LongestName || name.AsSpan().ContainsAny(_unfit) || name.Any(char.IsControl))
        {
            throw new AwsJsonError("InvalidName", $"Invalid Name: expected 1 to {LongestName} characters without spaces, brackets, wildcards or any of \"#%\\^|~`$&,;:/, got '{name}'");
        }

        var input = (string?)request["input"] ?? "{}";
        EnsureJson(input);
        var arn = aws.Arn("states", $"execution:{machine.Name}:{name}");
        lock (_lock)
        {
            if (_executions.TryGetValue(arn, out var known))
            {
                // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
                return known.Execution.Status == ExecutionStatus.Running && known.Execution.Input == input
                    ? Started(known.Execution)
                    : throw new AwsJsonError("ExecutionAlreadyExists", $"Execution Already Exists: '{arn}'");
            }

            var execution = new Execution(arn, machine.Arn, name, input, clock);
            _executions[arn] = (execution, Task.Run(() => machine.RunAsync(execution)));
            return Started(execution);
        }
    }

    private static void EnsureJson(string input)
    {
        var bytes = Encoding.UTF8.GetByteCount(input);
        if (bytes > LongestInput)
        {
            throw new AwsJsonError("InvalidExecutionInput", $"Invalid State Machine Execution Input: expected {LongestInput:N0} bytes at most, got {bytes:N0}");
        }

        try
        {
            JsonNode.Parse(input);
        }
        catch (JsonException error)
        {
            throw new AwsJsonError("InvalidExecutionInput", $"Invalid State Machine Execution Input: '{error.Message}'");
        }
    }

    private static JsonObject Stop(Execution execution, JsonObject request)
    {
        execution.End(ExecutionStatus.Aborted, error: (string?)request["error"], cause: (string?)request["cause"]);
        execution.Stopping.Cancel();
        return new() { ["stopDate"] = Seconds(execution.Stopped!.Value) };
    }

    private JsonObject List(HttpContext context, JsonObject request)
    {
        var machine = MachineOf(context, request, "ListExecutions");
        var status = (string?)request["statusFilter"];
        return new()
        {
            ["executions"] = new JsonArray([
                .. _executions.Values.Select(one => one.Execution)
                    .Where(one => one.MachineArn == machine.Arn && (status is null || Word(one.Status) == status))
                    .OrderByDescending(one => one.Started)
                    .Select(Summary),
            ]),
        };
    }

    private JsonObject Machines(HttpContext context)
    {
        context.Demand("states:ListStateMachines", "*");
        return new()
        {
            ["stateMachines"] = new JsonArray([.. _machines.Values.Select(one => new JsonObject { ["stateMachineArn"] = one.Arn, ["name"] = one.Name, ["type"] = "STANDARD" })]),
        };
    }

    private StateMachine MachineOf(HttpContext context, JsonObject request, string operation)
    {
        var arn = (string?)request["stateMachineArn"] ?? "";
        context.Demand($"states:{operation}", arn);
        return _machines.GetValueOrDefault(arn) ?? throw new AwsJsonError("StateMachineDoesNotExist", $"State Machine Does Not Exist: '{arn}'");
    }

    private Execution Of(HttpContext context, JsonObject request, string operation)
    {
        var arn = (string?)request["executionArn"] ?? "";
        context.Demand($"states:{operation}", arn);
        return _executions.TryGetValue(arn, out var known)
            ? known.Execution
            : throw new AwsJsonError("ExecutionDoesNotExist", $"Execution Does Not Exist: '{arn}'");
    }

    private static JsonObject Started(Execution execution) => new() { ["executionArn"] = execution.Arn, ["startDate"] = Seconds(execution.Started) };

    private static JsonObject Summary(Execution execution)
    {
        var summary = Started(execution);
        summary["stateMachineArn"] = execution.MachineArn;
        summary["name"] = execution.Name;
        summary["status"] = Word(execution.Status);
        if (execution.Stopped is { } stopped)
        {
            summary["stopDate"] = Seconds(stopped);
        }

        return summary;
    }

    private static JsonObject Described(Execution execution)
    {
        var described = Summary(execution);
        described["input"] = execution.Input;
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("output", execution.Output), ("error", execution.Error), ("cause", execution.Cause)])
        {
            if (value is not null)
            {
                described[name] = value;
            }
        }

        return described;
    }

    private static JsonObject History(Execution execution, bool isReversed)
    {
        var events = execution.History.Select(one =>
        {
            var shown = new JsonObject { ["id"] = one.Id, ["previousEventId"] = one.Id - 1, ["type"] = one.Type, ["timestamp"] = Seconds(one.Time) };
            if (one.DetailsName is not null)
            {
                shown[one.DetailsName] = one.Details!.DeepClone();
            }

            return shown;
        });
        return new() { ["events"] = new JsonArray([.. isReversed ? events.Reverse() : events]) };
    }

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static string Word(ExecutionStatus status) => status == ExecutionStatus.TimedOut ? "TIMED_OUT" : status.ToString().ToUpperInvariant();
}
