using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Feed;

/// <summary>An event as it came out.</summary>
internal sealed record OrderEvent(string EventId, string Type, string Aggregate, string Id, long Version, string? CommandId, string Time, JsonObject Data)
{
    public static OrderEvent Of(ReadOnlySpan<byte> data)
    {
        var json = JsonNode.Parse(data)!;
        return new(
            (string)json["eventId"]!, (string)json["type"]!, (string)json["aggregate"]!, (string)json["id"]!, (long)json["version"]!,
            (string?)json["commandId"], (string)json["time"]!, json["data"]!.AsObject());
    }
}

/// <summary>A command that was turned away by a function, or a piece of one that nobody can make anything of.</summary>
/// <param name="Type">The function's type.</param>
/// <param name="Id">The id of what the command was for.</param>
/// <param name="Reason">Why.</param>
/// <param name="Payload">The command as text, or the piece of it.</param>
/// <param name="Time">When, of a command that was refused.</param>
/// <param name="CommandId">The id of a command that was refused; null of one that cannot be read.</param>
/// <param name="Part">Which piece of the one that cannot be read; null of a command that was refused.</param>
internal sealed record TurnedAway(string Type, string Id, string Reason, string Payload, string Time, string? CommandId, PayloadPart? Part)
{
    public static TurnedAway Of(ReadOnlySpan<byte> data)
    {
        var json = JsonNode.Parse(data)!;
        var (type, id, reason) = ((string?)json["function"] ?? "", (string)json["id"]!, (string)json["reason"]!);
        if ((string?)json["payload"] is not { } payload)
        {
            return new(type, id, reason, Json.Plain(json["command"]!), (string?)json["time"] ?? "", (string)json["command"]!["commandId"]!, null);
        }

        var bytes = Convert.FromBase64String(payload);
        var part = (string?)json["payloadSha256"] is { } digest
            ? new PayloadPart(PayloadPart.Of(Convert.FromHexString(digest)), (int)json["part"]!, (int)json["parts"]!)
            : new(PayloadPart.Fingerprint(bytes), 1, 1);
        return new(type, id, reason, Encoding.UTF8.GetString(bytes), "", null, part);
    }
}

/// <summary>A piece of a payload that did not fit into one record.</summary>
/// <param name="Payload">The fingerprint of the whole payload.</param>
/// <param name="Number">Which piece, from 1.</param>
/// <param name="Count">Of how many.</param>
internal readonly record struct PayloadPart(UInt128 Payload, int Number, int Count)
{
    public static UInt128 Fingerprint(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, digest);
        return Of(digest);
    }

    /// <summary>The fingerprint that belongs to a SHA-256 digest.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadUInt128BigEndian(digest);
}

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
/// <remarks>Of commands and events it keeps their ids and fingerprints: a run may go on for hours, and commands may be large.</remarks>
internal sealed partial class CommandLedger
{
    private const int MissingToName = 10;
    private const int LongestExcerpt = 200;
    private const int LongestReason = 70;

    private readonly Lock _lock = new();
    private readonly List<(string? Id, UInt128 Payload, string Excerpt)> _commands = [];
    private readonly Dictionary<string, (string Sku, long Quantity)> _supplies = new(StringComparer.Ordinal);
    private readonly HashSet<string> _decided = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<UInt128, string> _unreadable = [];
    private readonly Dictionary<UInt128, SortedDictionary<int, string>> _pieces = [];
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UInt128> _events = new(StringComparer.Ordinal);
    private long _again;
    private long _replaced;

    /// <summary>Events so far, each counted once.</summary>
    public long Events => Locked(() => _events.Count);

    /// <summary>Rejections so far.</summary>
    public long Rejected => Locked(() => _refused.Count + _unreadable.Count);

    /// <summary>Rejections so far by reason, the <paramref name="most"/> frequent ones.</summary>
    public IReadOnlyDictionary<string, long> Reasons(int most) => Locked(() => _reasons.Where(r => r.Value > 0).OrderByDescending(r => r.Value).Take(most).ToDictionary(r => r.Key, r => r.Value));

    public void OnCommand(ReadOnlySpan<byte> data)
    {
        var (id, supply) = Read(data);
        var (payload, excerpt) = (PayloadPart.Fingerprint(data), Encoding.UTF8.GetString(data[..Math.Min(data.Length, LongestExcerpt)]));
        lock (_lock)
        {
            _commands.Add((id, payload, excerpt));
            if (id is not null && supply is { } supplied)
            {
                _supplies.TryAdd(id, supplied);
            }
        }
    }

    /// <summary>An event came out.</summary>
    /// <returns>The event, unless it came before.</returns>
    public OrderEvent? OnEvent(ReadOnlySpan<byte> data)
    {
        var happened = OrderEvent.Of(data);
        var contents = PayloadPart.Fingerprint(Encoding.UTF8.GetBytes($"{happened.Type}\n{happened.CommandId}\n{happened.Data.ToJsonString()}"));
        lock (_lock)
        {
            if (happened.CommandId is { } command)
            {
                _decided.Add(command);
            }

            var isAgain = _events.TryGetValue(happened.EventId, out var before);
            _again += isAgain ? 1 : 0;
            _replaced += isAgain && before != contents ? 1 : 0;

            // The later one is what the state says: what it replaces was decided by a job that failed.
            _events[happened.EventId] = contents;
            return isAgain ? null : happened;
        }
    }

    /// <summary>A rejection came out.</summary>
    /// <returns>The rejection; null for a piece of one whose others are still to come, or that was whole before.</returns>
    public TurnedAway? OnRejected(ReadOnlySpan<byte> data)
    {
        var rejected = TurnedAway.Of(data);
        lock (_lock)
        {
            if (rejected.Part is not { } part)
            {
                Enter(_refused, rejected.CommandId!, rejected.Reason);
                return rejected;
            }

            if (Whole(part, rejected.Payload) is not { } whole)
            {
                return null;
            }

            Enter(_unreadable, part.Payload, rejected.Reason);
            return rejected with { Payload = whole };
        }
    }

    /// <summary>The versions of an aggregate, of 1 to <paramref name="last"/>, of which no event came out.</summary>
    public IReadOnlyList<long> MissingVersions(string aggregate, string id, long last) => Locked(() =>
        Enumerable.Range(1, (int)last).Select(v => (long)v).Where(v => !_events.ContainsKey($"{aggregate}/{id}/{v}")).ToList());

    /// <summary>What was supplied of an article by commands that took effect.</summary>
    public IReadOnlyDictionary<string, long> Supplied() => Locked(() =>
        _supplies.Where(s => _decided.Contains(s.Key)).GroupBy(s => s.Value.Sku).ToDictionary(g => g.Key, g => g.Sum(s => s.Value.Quantity)));

    public CommandAccount Close() => Locked(() =>
    {
        long decided = 0, rejected = 0, repeated = 0, lost = 0;
        var reasons = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var (id, payload, excerpt) in _commands)
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
            else if (lost++ < MissingToName)
            {
                missing.Add(excerpt);
            }
        }

        return new CommandAccount(_commands.Count, decided, rejected, repeated, lost, missing, reasons, _events.Count, _again, _replaced);
    });

    // A payload whose pieces are not all there is not kept. What it begins with is all that anybody reads of it here.
    private string? Whole(PayloadPart part, string text)
    {
        if (part.Count == 1)
        {
            return text;
        }

        if (_unreadable.ContainsKey(part.Payload))
        {
            return null;
        }

        if (!_pieces.TryGetValue(part.Payload, out var there))
        {
            _pieces[part.Payload] = there = [];
        }

        there[part.Number] = text.Length > LongestExcerpt ? $"{text[..LongestExcerpt]}…" : text;
        return there.Count == part.Count && _pieces.Remove(part.Payload) ? string.Concat(there.Values) : null;
    }

    // One that comes again after a failure may have another reason than before; the later one counts.
    private void Enter<T>(Dictionary<T, string> rejections, T key, string reason) where T : notnull
    {
        if (rejections.TryGetValue(key, out var before))
        {
            _reasons[Kind(before)]--;
        }

        rejections[key] = reason;
        _reasons[Kind(reason)] = _reasons.GetValueOrDefault(Kind(reason)) + 1;
    }

    private static (string? Id, (string Sku, long Quantity)? Supply) Read(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            using var json = JsonDocument.ParseValue(ref reader);
            var command = json.RootElement;
            if (command.ValueKind != JsonValueKind.Object || Text(command, "commandId") is not { } id)
            {
                return default;
            }

            return Text(command, "type") == "SupplyStock" && Text(command, "sku") is { } sku
                && command.TryGetProperty("quantity", out var quantity) && quantity.ValueKind == JsonValueKind.Number && quantity.TryGetInt64(out var number)
                ? (id, (sku, number))
                : (id, null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // What is no JSON, or text that is no Unicode, has no id; it is followed by its bytes alone.
            return default;
        }
    }

    private static string? Text(JsonElement command, string name) =>
        command.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

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
