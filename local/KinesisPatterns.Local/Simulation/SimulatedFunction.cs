using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Simulation;

/// <summary>A function that writes what is in its records to a table, with the habits of its author and the faults of a plan.</summary>
internal sealed class SimulatedFunction(
    SimulationCase @case, FaultPlan plan, SimulatedTable table, TimeProvider time, IReadOnlyDictionary<string, int> records) : IFunctionInvoker
{
    private const int Attempts = 5;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PerRecord = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<InvocationResult> InvokeAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var mapping = @case.Mappings.First(m => m.Function == function);
        using var json = JsonDocument.Parse(payload);
        var numbers = json.RootElement.GetProperty("Records").EnumerateArray()
            .Select(r => r.GetProperty("kinesis").GetProperty("sequenceNumber").GetString()!).ToList();
        if (plan.Draw(FaultKind.Hang, function) is not null)
        {
            await Task.Delay(Timeout, time, cancellationToken);
            return TimedOut();
        }

        var deadline = time.GetUtcNow() + Timeout;
        var crash = plan.Draw(FaultKind.Crash, function)?.Below(numbers.Count + 1);
        foreach (var (index, number) in numbers.Index())
        {
            if (index == crash)
            {
                return Error("Runtime exited with error: signal: killed");
            }

            await Task.Delay(PerRecord, time, cancellationToken);
            var isDone = await ProcessAsync(mapping, records[number], deadline, cancellationToken);
            if (time.GetUtcNow() >= deadline)
            {
                return TimedOut();
            }

            if (!isDone)
            {
                return mapping.Reports || mapping.Habits.HasFlag(Habits.ReportsUnasked)
                    ? Success($$$"""{"batchItemFailures":[{"itemIdentifier":"{{{number}}}"}],"state":{}}""")
                    : Error("a record failed");
            }
        }

        return crash == numbers.Count || plan.Draw(FaultKind.OutOfMemory, function) is not null
            ? Error("Runtime exited with error: signal: killed")
            : Success("""{"batchItemFailures":[],"state":{}}""");
    }

    private async Task<bool> ProcessAsync(SimulatedMapping mapping, int record, DateTimeOffset deadline, CancellationToken cancellation)
    {
        if (@case.Puts[record].IsPoison)
        {
            return false;
        }

        IReadOnlyList<int> parts = [.. Enumerable.Range(0, @case.Puts[record].Parts)];
        for (var attempt = 0; attempt < Attempts && time.GetUtcNow() < deadline; attempt++)
        {
            try
            {
                parts = await table.WriteAsync(mapping.Function, record, parts, mapping.Habits.HasFlag(Habits.Appends), cancellation);
                if (parts.Count == 0 || mapping.Habits.HasFlag(Habits.IgnoresUnprocessed))
                {
                    return true;
                }
            }
            catch (DestinationException)
            {
                if (mapping.Habits.HasFlag(Habits.SwallowsErrors))
                {
                    return true;
                }
            }

            await Task.Delay(Pause * (1 << attempt), time, cancellation);
        }

        return false;
    }

    private static InvocationResult TimedOut() => Error("Task timed out after 10.00 seconds");

    private static InvocationResult Error(string message) => new()
    {
        Status = InvocationStatus.FunctionError,
        RequestId = "simulated",
        FunctionError = "Unhandled",
        Payload = JsonSerializer.SerializeToUtf8Bytes(new { errorMessage = message }),
    };

    private static InvocationResult Success(string answer) =>
        new() { Status = InvocationStatus.Succeeded, RequestId = "simulated", Payload = Encoding.UTF8.GetBytes(answer) };
}
