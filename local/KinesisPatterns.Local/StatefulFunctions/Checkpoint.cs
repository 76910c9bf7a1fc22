using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>What a job goes on from: the functions' state, and how far the streams were read when it was that.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Positions">The counter of the next record by stream and shard.</param>
/// <param name="State">What <see cref="KinesisPatterns.StateFun.Testing.RuntimeState"/> remembers.</param>
internal sealed record Checkpoint(long Number, IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Positions, JsonObject State)
{
    public JsonObject ToJson() => new()
    {
        ["positions"] = new JsonObject(Positions.Select(s => KeyValuePair.Create(
            s.Key, (JsonNode?)new JsonObject(s.Value.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)))))),
        ["state"] = State,
    };

    public static Checkpoint Of(long number, JsonObject json) => new(
        number,
        json["positions"]!.AsObject().ToDictionary(
            s => s.Key, IReadOnlyDictionary<string, long> (s) => s.Value!.AsObject().ToDictionary(p => p.Key, p => (long)p.Value!)),
        json["state"]!.AsObject());
}

/// <summary>The checkpoints of a job in a folder: at any moment the last complete one is there.</summary>
internal sealed class CheckpointFolder(string folder)
{
    private const string Pattern = "chk-*.json";

    public string Folder => folder;

    /// <summary>The newest; null when there is none.</summary>
    public Checkpoint? Latest()
    {
        if (!Directory.Exists(folder) || Directory.EnumerateFiles(folder, Pattern).MaxBy(NumberOf) is not { } file)
        {
            return null;
        }

        try
        {
            return Checkpoint.Of(NumberOf(file), JsonNode.Parse(File.ReadAllBytes(file))!.AsObject());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new LocalHostException($"{file} is no checkpoint ({error.Message}); without it the functions' state is lost.", error);
        }
    }

    /// <summary>Keeps one, and lets go of those before it.</summary>
    /// <returns>Its size in bytes.</returns>
    public long Save(Checkpoint checkpoint)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"chk-{checkpoint.Number}.json"));
        var fresh = path + ".new";
        long size;
        using (var file = File.Create(fresh))
        {
            using (var json = new Utf8JsonWriter(file))
            {
                checkpoint.ToJson().WriteTo(json);
            }

            file.Flush(flushToDisk: true);
            size = file.Length;
        }

        File.Move(fresh, path, overwrite: true);
        foreach (var old in Directory.EnumerateFiles(folder, Pattern).Where(f => NumberOf(f) < checkpoint.Number).ToList())
        {
            File.Delete(old);
        }

        return size;
    }

    private static long NumberOf(string file) =>
        long.Parse(Path.GetFileNameWithoutExtension(file)["chk-".Length..], NumberStyles.None, CultureInfo.InvariantCulture);
}
