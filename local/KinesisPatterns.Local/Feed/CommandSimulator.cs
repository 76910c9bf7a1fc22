using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Feed;

/// <summary>
/// Services around a shop: they supply articles, place orders, pay, ship and cancel them, leave some unpaid, deliver some commands twice and send a
/// few that nobody can make anything of. The same seed gives the same commands, but for their times.
/// </summary>
/// <param name="seed">Decides what happens.</param>
/// <param name="faulty">The share of commands that are malformed or come twice, 0 to 1.</param>
/// <param name="clock">What commands have their time from; null sends them without.</param>
/// <param name="overlap">After how many others an order is touched again, so that orders overlap.</param>
internal sealed class CommandSimulator(int seed, double faulty, TimeProvider? clock = null, int overlap = 60)
{
    private const int Articles = 12;
    private const int MostLines = 3;
    private const int MostUnshipped = 500;

    private static readonly string[] AggregateIds = ["orderId", "sku"];

    private readonly Random _random = new(seed);
    private readonly Queue<FedRecord> _next = new();
    private readonly Queue<(string Order, decimal Total)> _placed = new();
    private readonly Queue<string> _paid = new();
    private FedRecord? _previous;
    private int _commands;
    private int _orders;

    /// <summary>The next command.</summary>
    public FedRecord Next()
    {
        if (_commands == 0)
        {
            foreach (var article in Enumerable.Range(1, Articles))
            {
                Supply(article);
            }
        }

        var draw = _random.NextDouble();
        if (_next.Count == 0 && draw < faulty)
        {
            return draw < faulty / 2 && _previous is { } before ? before : Malformed();
        }

        while (_next.Count == 0)
        {
            Act();
        }

        return _previous = _next.Dequeue();
    }

    /// <summary>All commands but the first ones, which were given before.</summary>
    public IEnumerable<FedRecord> After(long given)
    {
        for (long number = 0; ; number++)
        {
            var command = Next();
            if (number >= given)
            {
                yield return command;
            }
        }
    }

    /// <summary>A command of a JSON line: it goes where its order or its article is.</summary>
    public static FedRecord RecordOf(byte[] line) => new(KeyOf(line) ?? "unknown", line);

    private static string? KeyOf(byte[] line)
    {
        try
        {
            using var command = JsonDocument.Parse(line);
            return command.RootElement.ValueKind == JsonValueKind.Object
                ? AggregateIds
                    .Select(name => command.RootElement.TryGetProperty(name, out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null)
                    .FirstOrDefault(id => id is { Length: >= 1 and <= 256 })
                : null;
        }
        catch (JsonException)
        {
            // What is no JSON is sent as it stands: the functions say what is wrong with it.
            return null;
        }
    }

    private void Act()
    {
        var isOverlapping = _placed.Count > overlap;
        switch (_random.Next(10))
        {
            case < 4:
                Place();
                break;
            case < 7 when isOverlapping:
                Pay();
                break;
            case 7:
                Ship();
                break;
            case 8 when isOverlapping:
                Neglect();
                break;
            case 9:
                Supply(_random.Next(Articles) + 1);
                break;
        }
    }

    private void Place()
    {
        var order = string.Create(CultureInfo.InvariantCulture, $"order-{seed}-{++_orders:00000}");
        var lines = new JsonArray();
        var total = 0m;
        foreach (var article in Enumerable.Range(1, Articles).OrderBy(_ => _random.Next()).Take(_random.Next(MostLines) + 1).ToList())
        {
            var (quantity, price) = (_random.Next(4) + 1, article * 2.5m);
            total += quantity * price;
            lines.Add(new JsonObject { ["sku"] = Sku(article), ["quantity"] = quantity, ["unitPrice"] = price });
        }

        _placed.Enqueue((order, total));
        Add("PlaceOrder", order, new() { ["orderId"] = order, ["customerId"] = $"customer-{_random.Next(40) + 1:00}", ["lines"] = lines });
    }

    private void Pay()
    {
        var (order, total) = _placed.Dequeue();

        // Now and then somebody pays what it does not cost, and then what it does.
        if (_random.Next(20) == 0)
        {
            Add("PayOrder", order, new() { ["orderId"] = order, ["amount"] = total + 1 });
        }

        Add("PayOrder", order, new() { ["orderId"] = order, ["amount"] = total });
        _paid.Enqueue(order);
    }

    // More is paid than shipped. What is paid is held, in the stock's state and in its item of the read model: a run of hours would fill them.
    private void Ship()
    {
        for (var first = true; (first || _paid.Count > MostUnshipped) && _paid.TryDequeue(out var order); first = false)
        {
            Add("ShipOrder", order, new() { ["orderId"] = order });
        }
    }

    // Cancelled by its customer, or left to its reminders.
    private void Neglect()
    {
        var (order, _) = _placed.Dequeue();
        if (_random.Next(2) == 0)
        {
            Add("CancelOrder", order, new() { ["orderId"] = order, ["reason"] = "changed my mind" });
        }
    }

    private void Supply(int article) => Add("SupplyStock", Sku(article), new() { ["sku"] = Sku(article), ["quantity"] = _random.Next(40) + 40 });

    private void Add(string type, string key, JsonObject fields)
    {
        var command = new JsonObject { ["commandId"] = string.Create(CultureInfo.InvariantCulture, $"c-{seed}-{++_commands:000000}"), ["type"] = type };
        if (clock is not null)
        {
            command["time"] = clock.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        }

        foreach (var (name, value) in fields)
        {
            command[name] = value?.DeepClone();
        }

        _next.Enqueue(new(key, Encoding.UTF8.GetBytes(command.ToJsonString())));
    }

    private FedRecord Malformed()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"c-{seed}-{++_commands:000000}");
        var text = _random.Next(6) switch
        {
            0 => $$"""{"commandId":"{{id}}","type":"PlaceOrder","orderId":"order-{{seed}}-bad","customerId":"customer-01","lines":[]}""",
            1 => $$"""{"commandId":"{{id}}","type":"SupplyStock","sku":"{{Sku(1)}}","quantity":0}""",
            2 => $$"""{"commandId":"{{id}}","type":"PayOrder","orderId":"order-{{seed}}-none","amount":10}""",
            3 => $$"""{"commandId":"{{id}}","type":"ReturnOrder","orderId":"order-{{seed}}-00001"}""",
            4 => $$"""{"type":"ShipOrder","orderId":"order-{{seed}}-{{id}}"}""",
            _ => $$"""{"commandId":"{{id}}","type":"PlaceOr""",
        };
        return new($"odd-{id}", Encoding.UTF8.GetBytes(text));
    }

    private static string Sku(int article) => string.Create(CultureInfo.InvariantCulture, $"sku-{article:00}");
}
