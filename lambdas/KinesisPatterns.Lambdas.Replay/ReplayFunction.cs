using System.Text.Json;
using KinesisPatterns.Replay;

namespace KinesisPatterns.Lambdas.Replay;

/// <summary>Replays as much as fits into one invocation; the state machine of the construct calls it until it is done.</summary>
/// <param name="run">The replay.</param>
/// <param name="metrics">Told how far it is.</param>
internal sealed class ReplayFunction(ReplayRun run, EmbeddedMetrics metrics)
{
    /// <summary>Takes <c>{"switch": true}</c>; answers <c>{"done": false}</c> when time was up before everything was in the table.</summary>
    public async Task<Stream> HandleAsync(Stream input, CancellationToken deadline)
    {
        var switches = await SwitchesAsync(input, deadline);
        var seen = new Seen();
        var done = false;
        try
        {
            seen.Report(await run.RunAsync(switches, seen, deadline));
            done = true;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // The next invocation goes on from the checkpoint.
        }

        metrics.Write(
        [
            new("ReplayedEvents", seen.Since(static counts => counts.Events)),
            new("ReplayApplied", seen.Since(static counts => counts.Applied)),
            new("ReplayMalformed", seen.Since(static counts => counts.Malformed)),
        ]);
        return Answer(done, switches, seen.Last);
    }

    private static async Task<bool> SwitchesAsync(Stream input, CancellationToken deadline)
    {
        using var document = await JsonDocument.ParseAsync(input, cancellationToken: deadline);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("switch"u8, out var value)
            && (value.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? value.GetBoolean()
                : throw new FormatException($"switch: expected true or false, got {value.GetRawText()}."));
    }

    private static MemoryStream Answer(bool done, bool switches, ReplayProgress? progress)
    {
        var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("done"u8, done);
            writer.WriteBoolean("switch"u8, switches);
            writer.WriteString("phase"u8, progress?.Phase.ToString());
            writer.WriteNumber("objects"u8, progress?.Counts.Objects ?? 0);
            writer.WriteNumber("events"u8, progress?.Counts.Events ?? 0);
            writer.WriteEndObject();
        }

        stream.Position = 0;
        return stream;
    }

    private sealed class Seen : IProgress<ReplayProgress>
    {
        private ReplayProgress? _first;

        public ReplayProgress? Last { get; private set; }

        public void Report(ReplayProgress value)
        {
            _first ??= value;
            Last = value;
        }

        // The checkpoint counts for the whole replay; a metric is what this invocation adds.
        public long Since(Func<ReplayCounts, long> count) => Last is null ? 0 : count(Last.Counts) - count(_first!.Counts);
    }
}
