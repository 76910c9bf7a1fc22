using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Fixtures;

/// <summary>One reading as it arrives, and what every cleansing engine makes of it.</summary>
internal sealed record FixtureReading(string Case, DateTimeOffset Arrival, byte[] Data, JsonObject? Cleansed, JsonObject? Rejected)
{
    /// <summary>What the engines agree on: the stream it ends in, and there the fields that do not depend on the engine.</summary>
    public string Expected => Cleansed is not null ? Canonical(Cleansed) : RejectedAs(Rejected!, Data, Arrival);

    /// <summary>A cleansed reading with its fields in order and its number as a double.</summary>
    public static string Canonical(JsonObject cleansed)
    {
        var tags = cleansed["tags"]?.AsObject().OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}");
        var value = BitConverter.DoubleToInt64Bits(cleansed["value"]!.GetValue<double>() + 0.0);
        return $"cleansed {cleansed["device"]} {cleansed["metric"]} {cleansed["time"]} {value:X16} [{cleansed["unit"]}] {{{string.Join(';', tags ?? [])}}}";
    }

    /// <summary>A rejected reading without its place in a shard and the wording of its detail.</summary>
    public static string CanonicalRejected(JsonObject rejected) =>
        $"rejected {rejected["reason"]} [{rejected["device"]}] [{rejected["metric"]}] {rejected["arrival"]} {rejected["encoding"]} {rejected["payload"]}";

    private static string RejectedAs(JsonObject expected, byte[] data, DateTimeOffset arrival)
    {
        var isText = System.Text.Unicode.Utf8.IsValid(data);
        return CanonicalRejected(new()
        {
            ["reason"] = (string)expected["reason"]!,
            ["device"] = (string?)expected["device"],
            ["metric"] = (string?)expected["metric"],
            ["arrival"] = arrival.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            ["encoding"] = isText ? "utf-8" : "base64",
            ["payload"] = isText ? Encoding.UTF8.GetString(data) : Convert.ToBase64String(data),
        });
    }
}

/// <summary>Readings in the order of their arrival, and the rules they are cleansed by (tests/Fixtures/reading-cleansing).</summary>
internal sealed record ReadingFixture(string Rules, IReadOnlyList<FixtureReading> Readings)
{
    public static ReadingFixture Load(string name)
    {
        var folder = Path.Combine(Path.GetDirectoryName(Here())!, "reading-cleansing", name);
        return new(
            File.ReadAllText(Path.Combine(folder, "rules.json")),
            [.. File.ReadLines(Path.Combine(folder, "readings.jsonl")).Select(Read)]);
    }

    private static FixtureReading Read(string line)
    {
        var row = JsonNode.Parse(line)!.AsObject();
        return new(
            (string)row["case"]!,
            DateTimeOffset.Parse((string)row["arrival"]!, System.Globalization.CultureInfo.InvariantCulture),
            row["base64"] is { } bytes ? Convert.FromBase64String((string)bytes!) : Encoding.UTF8.GetBytes((string)row["data"]!),
            row["cleansed"]?.AsObject(),
            row["rejected"]?.AsObject());
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
