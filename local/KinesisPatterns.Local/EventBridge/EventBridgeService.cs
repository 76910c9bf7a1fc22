using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Messaging;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.EventBridge;

/// <summary>A message that a topic's subscribers would have been sent.</summary>
internal sealed record SentMessage(string TopicArn, string Text, JsonElement Event);

/// <summary>Event buses: takes events, matches them with the rules of the template, and shows whom they would have told.</summary>
/// <remarks>https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html</remarks>
internal sealed class EventBridgeService(AwsIdentity aws, TimeProvider clock)
{
    private const int MostEntries = 10;

    private readonly ConcurrentDictionary<string, List<EventRule>> _buses = new(StringComparer.Ordinal) { ["default"] = [] };
    private readonly ConcurrentQueue<SentMessage> _sent = new();

    /// <summary>Everything that was sent to topics.</summary>
    public IReadOnlyCollection<SentMessage> Sent => _sent;

    /// <summary>Why a rule may not tell one of its targets; null when it may. Asked before each message.</summary>
    public Func<EventRule, EventTarget, string?> Refusal { get; set; } = (_, _) => null;

    /// <summary>Is told of every message to a topic.</summary>
    public Action<SentMessage>? OnSent { get; set; }

    /// <summary>Where targets that are queues are; null when there is none.</summary>
    public SqsService? Queues { get; init; }

    /// <summary>Where targets that are topics are; null when there is none.</summary>
    public SnsService? Topics { get; init; }

    public void AddBus(string name) => _buses[name] = [];

    public void AddRule(EventRule rule) => _buses.GetOrAdd(BusName(rule.Bus), _ => []).Add(rule);

    public Task HandleAsync(HttpContext context) => AwsJson.ServeAsync(context, (operation, request) =>
        Task.FromResult<JsonObject?>(operation == "PutEvents" ? PutEvents(context, request) : throw AwsJson.Unknown($"events:{operation}")));

    private JsonObject PutEvents(HttpContext context, JsonObject request)
    {
        var entries = request["Entries"]?.AsArray() ?? [];
        if (entries.Count is 0 or > MostEntries)
        {
            throw new AwsJsonError("ValidationException", $"Entries: expected 1 to {MostEntries}, got {entries.Count}");
        }

        foreach (var bus in entries.Select(entry => BusName((string?)entry!["EventBusName"] ?? "default")).Distinct(StringComparer.Ordinal))
        {
            context.Demand("events:PutEvents", aws.Arn("events", $"event-bus/{bus}"));
        }

        var answers = new JsonArray([.. entries.Select(entry => Put(entry!.AsObject()))]);
        return new() { ["FailedEntryCount"] = answers.Count(answer => answer!["ErrorCode"] is not null), ["Entries"] = answers };
    }

    private JsonObject Put(JsonObject entry)
    {
        var bus = BusName((string?)entry["EventBusName"] ?? "default");
        if (!_buses.TryGetValue(bus, out var rules))
        {
            throw new AwsJsonError("ResourceNotFoundException", $"Event bus {bus} does not exist.");
        }

        if ((string?)entry["Source"] is not { Length: > 0 } source || (string?)entry["DetailType"] is not { Length: > 0 } type)
        {
            return Refused("InvalidArgument", "Source and DetailType are required.");
        }

        if (Detail((string?)entry["Detail"]) is not { } detail)
        {
            return Refused("MalformedDetail", "Detail is malformed.");
        }

        var id = Guid.NewGuid().ToString();
        using var document = JsonDocument.Parse(new JsonObject
        {
            ["version"] = "0",
            ["id"] = id,
            ["detail-type"] = type,
            ["source"] = source,
            ["account"] = aws.Account,
            ["time"] = Time(entry["Time"]).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["region"] = aws.Region,
            ["resources"] = entry["Resources"]?.DeepClone() ?? new JsonArray(),
            ["detail"] = detail,
        }.ToJsonString());
        Tell(rules, document.RootElement.Clone());
        return new() { ["EventId"] = id };
    }

    private void Tell(List<EventRule> rules, JsonElement theEvent)
    {
        var told =
            from rule in rules
            where rule.Pattern.Matches(theEvent)
            from target in rule.Targets
            where Refusal(rule, target) is null
            select new SentMessage(target.Arn, target.Text(theEvent), theEvent);
        foreach (var message in told)
        {
            Tell(message);
        }
    }

    private void Tell(SentMessage message)
    {
        switch (message.TopicArn.Split(':', 6))
        {
            case ["arn", _, "sns", ..]:
                _sent.Enqueue(message);
                OnSent?.Invoke(message);
                if (Topics?.TryGet(message.TopicArn) is not null)
                {
                    Topics.Publish(message.TopicArn, message.Text);
                }

                break;
            case ["arn", _, "sqs", ..]:
                Queues?.TryGet(message.TopicArn)?.Send(message.Text);
                break;
        }
    }

    private DateTimeOffset Time(JsonNode? seconds) => seconds is null
        ? clock.GetUtcNow()
        : DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(Json.Text(seconds), CultureInfo.InvariantCulture));

    private static JsonObject? Detail(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // The entry's answer says so.
            return null;
        }
    }

    private static JsonObject Refused(string code, string message) => new() { ["ErrorCode"] = code, ["ErrorMessage"] = message };

    // arn:aws:events:region:account:event-bus/name, or the name.
    private static string BusName(string nameOrArn) => nameOrArn[(nameOrArn.LastIndexOf('/') + 1)..];
}
