using System.Text.Json.Nodes;

namespace KinesisPatterns.StateFun.Testing;

/// <summary>A checkpoint as JSON.</summary>
internal static class RuntimeSnapshot
{
    public static JsonObject Write(
        IEnumerable<(Address Address, Dictionary<string, Kept> Values, IEnumerable<Waiting> Backlog)> instances, IEnumerable<Timer> timers)
    {
        var addresses = new JsonArray();
        foreach (var (address, values, backlog) in instances)
        {
            var (kept, waiting) = (new JsonObject(), new JsonArray());
            foreach (var (name, value) in values)
            {
                var node = Of(value.Value);
                if (value.Expires != DateTimeOffset.MaxValue)
                {
                    node["expires"] = value.Expires.ToUnixTimeMilliseconds();
                }

                kept[name] = node;
            }

            foreach (var message in backlog)
            {
                var node = Of(message.Argument);
                if (message.Caller is { } caller)
                {
                    node["caller"] = Of(caller);
                }

                waiting.Add((JsonNode)node);
            }

            if (kept.Count > 0 || waiting.Count > 0)
            {
                addresses.Add((JsonNode)new JsonObject { ["address"] = Of(address), ["values"] = kept, ["waiting"] = waiting });
            }
        }

        var running = new JsonArray();
        foreach (var timer in timers)
        {
            var node = Of(timer.Argument);
            node["due"] = timer.Due.ToUnixTimeMilliseconds();
            node["sender"] = Of(timer.Sender);
            node["target"] = Of(timer.Target);
            if (timer.Token is not null)
            {
                node["token"] = timer.Token;
            }

            running.Add((JsonNode)node);
        }

        return new() { ["addresses"] = addresses, ["timers"] = running };
    }

    public static void Read(JsonObject snapshot, Action<Address, Dictionary<string, Kept>, IEnumerable<Waiting>> instance, Action<Timer> timer)
    {
        try
        {
            foreach (var node in snapshot["addresses"]!.AsArray())
            {
                var values = node!["values"]!.AsObject().ToDictionary(
                    v => v.Key,
                    v => new Kept(Value(v.Value!), v.Value!["expires"] is { } at ? Time(at) : DateTimeOffset.MaxValue));
                instance(Address(node["address"]!), values, [.. node["waiting"]!.AsArray().Select(w => new Waiting(w!["caller"] is { } caller ? Address(caller) : null, Value(w)))]);
            }

            foreach (var node in snapshot["timers"]!.AsArray())
            {
                timer(new(Time(node!["due"]!), Address(node["sender"]!), Address(node["target"]!), Value(node), (string?)node["token"]));
            }
        }
        catch (Exception error) when (error is NullReferenceException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException("Not a checkpoint of Stateful Functions.", error);
        }
    }

    private static JsonObject Of(TypedValue value) => new()
    {
        ["type"] = value.TypeName,
        ["bytes"] = Convert.ToBase64String(value.Bytes.Span),
        ["hasValue"] = value.HasValue,
    };

    private static JsonArray Of(Address address) => [address.Type.Namespace, address.Type.Name, address.Id];

    private static TypedValue Value(JsonNode node) =>
        new((string)node["type"]!, Convert.FromBase64String((string)node["bytes"]!), (bool)node["hasValue"]!);

    private static Address Address(JsonNode node) => new(TypeName.Received((string)node[0]!, (string)node[1]!), (string)node[2]!);

    private static DateTimeOffset Time(JsonNode milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
}
