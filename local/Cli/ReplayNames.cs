using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local;

namespace KinesisPatterns.Cli;

/// <summary>What a replay works with, by name: as the command line says it, else as the outputs of a deployed stack do.</summary>
internal sealed record ReplayNames(string Archive, string Stream, string Table, string Models, string? Current)
{
    // EventSourcing's archive keeps the events in this folder.
    private const string Events = "events/data/";

    /// <summary>What the command line names.</summary>
    internal sealed record Given(string? Outputs, string? Stack, string? Archive, string? Stream, string? Table, string? Models, string? Current);

    /// <summary>Looks up in the outputs what is not given.</summary>
    /// <exception cref="LocalHostException">Something is named neither here nor there.</exception>
    public static ReplayNames Of(Given given)
    {
        var outputs = given.Outputs is null ? null : Stack(given.Outputs, given.Stack);
        return new(
            given.Archive ?? $"{Output("--archive", "ArchiveBucketName")}/{Events}",
            given.Stream ?? Output("--stream", "EventsStreamName"),
            given.Table ?? Output("--table", "NextReadModelTableName"),
            given.Models ?? Output("--models", "ReadModelsTableName"),
            given.Current ?? (string?)outputs?["ReadModelTableName"]);

        string Output(string option, string name) => (string?)outputs?[name] ?? throw new LocalHostException(
            $"{option}: expected a name, or an output {name} in the file of --outputs, got {(outputs is null ? "neither" : $"no such output in {given.Outputs}")}");
    }

    private static JsonObject Stack(string file, string? name)
    {
        JsonObject stacks;
        try
        {
            stacks = JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? throw new LocalHostException($"{file}: expected an object with a member for each stack");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new LocalHostException($"--outputs: {error.Message}", error);
        }

        var found = name is null ? (stacks.Count == 1 ? stacks.First().Value : null) : stacks[name];
        return found as JsonObject ?? throw new LocalHostException(
            $"--stack: expected one of the stacks in {file} ({string.Join(", ", stacks.Select(stack => stack.Key))}), got {name ?? "none"}");
    }
}
