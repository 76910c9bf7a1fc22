using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Feed;

/// <summary>An event as it came out.</summary>
internal sealed record OrderEvent(string EventId, string Type, string Aggregate, string Id, long Version, string? CommandId, string Time, JsonObject Data);

/// <summary>A command that was turned away.</summary>
internal sealed record TurnedAway(string Id, string Reason, string Payload);

/// <summary>Where the commands went.</summary>
/// <param name="Commands">Commands on the stream.</param>
/// <param name="Decided">Commands that led to an event.</param>
/// <param name="Rejected">Commands that were refused, or that nobody could make anything of.</param>
/// <param name="Repeated">Commands whose id had come before: they take effect once.</param>
/// <param name="Lost">Commands that led to nothing.</param>
/// <param name="Missing">The first of them.</param>
/// <param name="Reasons">Why commands were rejected.</param>
/// <param name="Events">Events, each counted once.</param>
/// <param name="EventsAgain">Events that came again: the Kinesis egress sends at least once.</param>
/// <param name="EventsReplaced">Of those the ones with other contents: they were decided anew after a failure.</param>
internal sealed record CommandAccount(
    long Commands, long Decided, long Rejected, long Repeated, long Lost, IReadOnlyList<string> Missing, IReadOnlyDictionary<string, long> Reasons,
    long Events, long EventsAgain, long EventsReplaced);

/// <summary>Follows every command that is on the stream to where it ends: events, or a rejection with its reason. It knows no more than the streams say.</summary>
internal sealed partial class CommandLedger
{
    private const int MissingToName = 10;
    private const int LongestReason = 70;

    private readonly Lock _lock = new();
    private readonly List<(string? Id, string Payload)> _commands = [];
    private readonly HashSet<string> _decided = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, byte[]>> _pieces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OrderEvent> _events = new(StringComparer.Ordinal);
    private long _again;
    private long _replaced;

    /// <summary>Commands seen so far.</summary>
    public long Commands => Locked(() => _commands.Count);

    /// <summary>Events so far, each counted once.</summary>
    public long Events => Locked(() => _events.Count);

    /// <summary>Rejections so far.</summary>
    public long Rejected => Locked(() => _refused.Count + _unreadable.Count);

    public void OnCommand(ReadOnlySpan<byte> data)
    {
        var payload = Convert.ToBase64String(data);
        var id = IdOf(data);
        lock (_lock)
        {
            _commands.Add((id, payload));
        }
    }

    /// <summary>An event came out.</summary>
    /// <returns>The event, unless it came before.</returns>
    public OrderEvent? OnEvent(ReadOnlySpan<byte> data)
    {
        var json = JsonNode.Parse(data)!;
        var happened = new OrderEvent(
            (string)json["eventId"]!, (string)json["type"]!, (string)json["aggregate"]!, (string)json["id"]!, (long)json["version"]!,
            (string?)json["commandId"], (string)json["time"]!, json["data"]!.AsObject());
        lock (_lock)
        {
            if (happened.CommandId is { } command)
            {
                _decided.Add(command);
            }

            if (_events.TryGetValue(happened.EventId, out var before))
            {
                _again++;
                _replaced += before.Type == happened.Type && before.CommandId == happened.CommandId && JsonNode.DeepEquals(before.Data, happened.Data) ? 0 : 1;
            }

            // The later one is what the state says: what it replaces was decided by a job that failed.
            _events[happened.EventId] = happened;
            return before is null ? happened : null;
        }
    }

    /// <summary>A rejection came out.</summary>
    /// <returns>The rejection; null for a piece of one whose others are still to come.</returns>
    public TurnedAway? OnRejected(ReadOnlySpan<byte> data)
    {
        var json = JsonNode.Parse(data)!;
        var (id, reason) = ((string)json["id"]!, (string)json["reason"]!);
        lock (_lock)
        {
            if (json["payload"] is not null)
            {
                if (Whole(json) is not { } payload)
                {
                    return null;
                }

                _unreadable[Convert.ToBase64String(payload)] = reason;
                return new(id, reason, System.Text.Encoding.UTF8.GetString(payload));
            }

            _refused[(string)json["command"]!["commandId"]!] = reason;
            return new(id, reason, json["command"]!.ToJsonString());
        }
    }

    // What is too large for one record comes in pieces, each of which says of what whole it is.
    private byte[]? Whole(JsonNode letter)
    {
        var piece = Convert.FromBase64String((string)letter["payload"]!);
        if ((int?)letter["parts"] is not { } parts)
        {
            return piece;
        }

        var digest = (string)letter["payloadSha256"]!;
        var pieces = _pieces.TryGetValue(digest, out var known) ? known : _pieces[digest] = [];
        pieces[(int)letter["part"]!] = piece;
        return pieces.Count == parts && _pieces.Remove(digest) ? [.. pieces.Values.SelectMany(p => p)] : null;
    }

    /// <summary>The versions of an aggregate, of 1 to <paramref name="last"/>, of which no event came out.</summary>
    public IReadOnlyList<long> MissingVersions(string aggregate, string id, long last) => Locked(() =>
        Enumerable.Range(1, (int)last).Select(v => (long)v).Where(v => !_events.ContainsKey($"{aggregate}/{id}/{v}")).ToList());

    /// <summary>What was supplied of an article by commands that took effect.</summary>
    public IReadOnlyDictionary<string, long> Supplied() => Locked(() =>
    {
        var supplied = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (_, payload) in _commands.Where(c => c.Id is { } id && _decided.Contains(id)).DistinctBy(c => c.Id))
        {
            var command = JsonNode.Parse(Convert.FromBase64String(payload))!;
            if ((string?)command["type"] == "SupplyStock")
            {
                var sku = (string)command["sku"]!;
                supplied[sku] = supplied.GetValueOrDefault(sku) + (long)command["quantity"]!;
            }
        }

        return supplied;
    });

    public CommandAccount Close() => Locked(() =>
    {
        long decided = 0, rejected = 0, repeated = 0;
        var reasons = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var (id, payload) in _commands)
        {
            var reason = _unreadable.GetValueOrDefault(payload) ?? (id is null ? null : _refused.GetValueOrDefault(id));
            if (id is not null && !seen.Add(id))
            {
                repeated++;
            }
            else if (id is not null && _decided.Contains(id))
            {
                decided++;
            }
            else if (reason is not null)
            {
                rejected++;
                var kind = Kind(reason);
                reasons[kind] = reasons.GetValueOrDefault(kind) + 1;
            }
            else
            {
                missing.Add(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(payload)));
            }
        }

        return new CommandAccount(_commands.Count, decided, rejected, repeated, missing.Count, [.. missing.Take(MissingToName)], reasons, _events.Count, _again, _replaced);
    });

    private static string? IdOf(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("commandId", out var id) && id.ValueKind == JsonValueKind.String
                ? id.GetString()
                : null;
        }
        catch (JsonException)
        {
            // What is no JSON has no id; it is followed by its bytes alone.
            return null;
        }
    }

    // "the order costs 12, not 13" is the same reason as with other numbers.
    private static string Kind(string reason)
    {
        var kind = Number().Replace(reason, "#");
        return kind.Length > LongestReason ? kind[..LongestReason] + "…" : kind;
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();
}
