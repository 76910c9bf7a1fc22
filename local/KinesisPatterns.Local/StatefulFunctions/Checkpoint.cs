using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>What a job goes on from: the functions' state, and how far the streams were read when it was that.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Positions">The counter of the next record by ingress and shard.</param>
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
