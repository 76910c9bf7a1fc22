using System.Globalization;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Messaging;

/// <summary>A message in a queue.</summary>
internal sealed class SqsMessage(string body, JsonObject? attributes, DateTimeOffset sent, DateTimeOffset visible)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public string Body { get; } = body;

    public JsonObject? Attributes { get; } = attributes;

    public DateTimeOffset Sent { get; } = sent;

    public DateTimeOffset Visible { get; set; } = visible;

    public DateTimeOffset? FirstReceived { get; set; }

    public int Receives { get; set; }

    /// <summary>What the last receiver names the message by.</summary>
    public string Receipt { get; set; } = "";
}

/// <summary>A standard queue: messages are hidden while a receiver has them, and come back unless it deletes them.</summary>
/// <remarks>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html</remarks>
internal sealed class SqsQueue
{
    /// <summary>Largest message, body and attributes together.</summary>
    /// <remarks>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html</remarks>
    public const int LargestMessage = 1 << 20;

    private const int MostInFlight = 120_000;

    private static readonly Dictionary<string, (int Least, int Most, int Default)> _numbers = new(StringComparer.Ordinal)
    {
        ["DelaySeconds"] = (0, 900, 0),
        ["MaximumMessageSize"] = (1024, LargestMessage, LargestMessage),
        ["MessageRetentionPeriod"] = (60, 1_209_600, 345_600),
        ["ReceiveMessageWaitTimeSeconds"] = (0, 20, 0),
        ["VisibilityTimeout"] = (0, 43_200, 30),
    };

    private static readonly string[] _texts =
    [
        "Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled",
    ];

    private readonly List<SqsMessage> _messages = [];
    private readonly Pulse _arrival = new();
    private readonly TimeProvider _clock;

    public SqsQueue(string name, string arn, IReadOnlyDictionary<string, string> attributes, TimeProvider clock)
    {
        (Name, Arn, _clock, Created) = (name, arn, clock, clock.GetUtcNow());
        Set(attributes);
    }

    public string Name { get; }

    public string Arn { get; }

    public DateTimeOffset Created { get; }

    public DateTimeOffset Modified { get; private set; }

    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>What was set; the rest has its default.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>The queue for what was received too often, and how often that is.</summary>
    public (string Arn, int MaxReceives)? Redrive => Settings.GetValueOrDefault("RedrivePolicy") is { Length: > 0 } text && JsonNode.Parse(text) is { } policy
        ? ((string)policy["deadLetterTargetArn"]!, Json.Integer(policy["maxReceiveCount"]) ?? int.MaxValue)
        : null;

    /// <summary>Every message that was not deleted, oldest first.</summary>
    public IReadOnlyList<SqsMessage> Messages
    {
        get
        {
            lock (_messages)
            {
                Expire();
                return [.. _messages];
            }
        }
    }

    public int Number(string name) => Settings.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : _numbers[name].Default;

    /// <summary>Sets attributes; fails when one is unknown or out of range.</summary>
    public void Set(IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            if (_numbers.TryGetValue(name, out var range))
            {
                var valid = int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= range.Least && number <= range.Most;
                if (!valid)
                {
                    throw new AwsJsonError("InvalidAttributeValue", $"Invalid value for the parameter {name}: expected {range.Least} to {range.Most}, got {value}");
                }
            }
            else if (!_texts.Contains(name, StringComparer.Ordinal))
            {
                throw new AwsJsonError("InvalidAttributeName", $"Unknown Attribute {name}.");
            }
        }

        foreach (var (name, value) in attributes)
        {
            Settings[name] = value;
        }

        Modified = _clock.GetUtcNow();
    }

    /// <summary>The attributes that are asked for.</summary>
    public IEnumerable<KeyValuePair<string, string>> Attributes(IReadOnlyCollection<string> names)
    {
        var (now, messages) = (_clock.GetUtcNow(), Messages);
        var hidden = messages.Where(message => message.Visible > now).ToList();
        var all = new Dictionary<string, string>(Settings.Where(s => s.Value.Length > 0), StringComparer.Ordinal)
        {
            ["QueueArn"] = Arn,
            ["ApproximateNumberOfMessages"] = Text(messages.Count - hidden.Count),
            ["ApproximateNumberOfMessagesNotVisible"] = Text(hidden.Count(message => message.Receives > 0)),
            ["ApproximateNumberOfMessagesDelayed"] = Text(hidden.Count(message => message.Receives == 0)),
            ["CreatedTimestamp"] = Text(Created.ToUnixTimeSeconds()),
            ["LastModifiedTimestamp"] = Text(Modified.ToUnixTimeSeconds()),
        };
        foreach (var name in _numbers.Keys)
        {
            all[name] = Text(Number(name));
        }

        return names.Contains("All") ? all : all.Where(attribute => names.Contains(attribute.Key));
    }

    public SqsMessage Send(string body, JsonObject? attributes = null, int? delay = null)
    {
        if (body.Length == 0)
        {
            throw new AwsJsonError("MissingParameter", "The request must contain the parameter MessageBody.");
        }

        MessageAttributes.Check(attributes);
        var limit = Number("MaximumMessageSize");
        if (System.Text.Encoding.UTF8.GetByteCount(body) + MessageAttributes.SizeOf(attributes) > limit)
        {
            throw new AwsJsonError("InvalidParameterValue", $"One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.");
        }

        if (delay is < 0 or > 900)
        {
            throw new AwsJsonError("InvalidParameterValue", $"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.");
        }

        var now = _clock.GetUtcNow();
        var message = new SqsMessage(body, attributes, now, now.AddSeconds(delay ?? Number("DelaySeconds")));
        lock (_messages)
        {
            _messages.Add(message);
        }

        _arrival.Fire();
        return message;
    }

    /// <summary>Hides up to ten messages and hands them out, waiting for the first one if need be.</summary>
    /// <param name="most">At most this many.</param>
    /// <param name="visibility">Seconds they stay hidden.</param>
    /// <param name="wait">How long to wait for a first message.</param>
    /// <param name="deadLetter">Takes what was received too often.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IReadOnlyList<SqsMessage>> ReceiveAsync(int most, int visibility, TimeSpan wait, Action<string, SqsMessage> deadLetter, CancellationToken cancellation)
    {
        var until = _clock.GetUtcNow() + wait;
        while (true)
        {
            var arrival = _arrival.Next();
            var received = Receive(most, visibility, deadLetter, out var next);
            var now = _clock.GetUtcNow();
            if (received.Count > 0 || now >= until)
            {
                return received;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(arrival, Task.Delay((next < until ? next : until) - now, _clock, either.Token));
            await either.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Deletes what a receipt names; one that names nothing any more is no error.</summary>
    public void Delete(string receipt)
    {
        lock (_messages)
        {
            _messages.RemoveAll(message => message.Receipt == Checked(receipt));
        }
    }

    public void Hide(string receipt, int seconds)
    {
        lock (_messages)
        {
            var now = _clock.GetUtcNow();
            var message = _messages.Find(m => m.Receipt == Checked(receipt));
            if (message is null || message.Visible <= now)
            {
                throw new AwsJsonError("MessageNotInflight", "The specified message isn't in flight.");
            }

            message.Visible = now.AddSeconds(seconds);
        }

        _arrival.Fire();
    }

    public void Purge()
    {
        lock (_messages)
        {
            _messages.Clear();
        }
    }

    private List<SqsMessage> Receive(int most, int visibility, Action<string, SqsMessage> deadLetter, out DateTimeOffset next)
    {
        List<SqsMessage> received = [];
        lock (_messages)
        {
            Expire();
            var (now, redrive) = (_clock.GetUtcNow(), Redrive);
            if (_messages.Count(m => m.Receives > 0 && m.Visible > now) >= MostInFlight)
            {
                throw new AwsJsonError("OverLimit", $"{MostInFlight} messages are in flight, the most a queue has.");
            }

            foreach (var message in _messages.Where(m => m.Visible <= now).ToList())
            {
                if (redrive is { } to && message.Receives >= to.MaxReceives)
                {
                    _messages.Remove(message);
                    deadLetter(to.Arn, message);
                    continue;
                }

                if (received.Count == most)
                {
                    break;
                }

                message.Receives++;
                message.FirstReceived ??= now;
                message.Receipt = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
                message.Visible = now.AddSeconds(visibility);
                received.Add(message);
            }

            next = _messages.Count == 0 ? DateTimeOffset.MaxValue : _messages.Min(m => m.Visible);
        }

        return received;
    }

    private void Expire()
    {
        var horizon = _clock.GetUtcNow().AddSeconds(-Number("MessageRetentionPeriod"));
        _messages.RemoveAll(message => message.Sent < horizon);
    }

    private static string Checked(string receipt) => receipt.Length > 0 && Convert.TryFromBase64String(receipt, new byte[receipt.Length], out _)
        ? receipt
        : throw new AwsJsonError("ReceiptHandleIsInvalid", $"The input receipt handle \"{receipt}\" is not a valid receipt handle.");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
