using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Local.Feed;

/// <summary>What the functions' state says of orders and stocks, held against what came out as events.</summary>
internal sealed class OrderBooks
{
    private const string Confirmed = "Confirmed";
    private const string Placed = "Placed";
    private const string Shipped = "Shipped";

    private readonly Dictionary<string, JsonObject> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _stocks = new(StringComparer.Ordinal);
    private readonly List<(string Aggregate, string Id, long Version)> _versions = [];
    private readonly HashSet<string> _waiting;

    public OrderBooks(StatefulFunctionsJob job)
    {
        (var kept, var timers, Change) = job.State.Moment();
        foreach (var (address, values) in kept)
        {
            if (values.TryGetValue("order", out var order))
            {
                _orders[address.Id] = Parsed(order.Bytes);
            }

            if (values.TryGetValue("stock", out var stock))
            {
                _stocks[address.Id] = Parsed(stock.Bytes);
            }

            if (values.TryGetValue("version", out var version))
            {
                _versions.Add((address.Type.Name, address.Id, version.As(Types.Long)));
            }
        }

        _waiting = [.. timers.Select(t => t.Target.Id)];
        Waiting = timers.GroupBy(t => t.Token ?? "without a name").ToDictionary(g => g.Key, g => g.LongCount());
    }

    /// <summary>The number of the job's last change before the books were read.</summary>
    public long Change { get; }

    /// <summary>Orders by status.</summary>
    public IReadOnlyDictionary<string, long> Orders => _orders.Values.GroupBy(StatusOf).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.LongCount());

    /// <summary>Timers that are running, by name.</summary>
    public IReadOnlyDictionary<string, long> Waiting { get; }

    /// <summary>What does not add up; only of a run in which nothing is on its way.</summary>
    public IEnumerable<string> Errors(CommandLedger ledger) => [.. Versions(ledger), .. Stuck(), .. Stocks(ledger)];

    // Every version up to the one in the state came out as an event.
    private IEnumerable<string> Versions(CommandLedger ledger) =>
        from aggregate in _versions
        let missing = ledger.MissingVersions(aggregate.Aggregate, aggregate.Id, aggregate.Version)
        where missing.Count > 0
        select $"{aggregate.Aggregate}/{aggregate.Id} is at version {aggregate.Version}, and no event came out of version {string.Join(", ", missing)}";

    // Nothing is on its way any more, so that what waits waits for a timer or for a command.
    private IEnumerable<string> Stuck() =>
        from order in _orders
        let status = StatusOf(order.Value)
        where status == Placed || (status == Confirmed && !_waiting.Contains(order.Key))
        select $"order/{order.Key} is {status} and waits for {(status == Placed ? "a reservation that nobody is about to make" : "its payment without a timer")}";

    // What was supplied is on hand, held for an order, or shipped.
    private IEnumerable<string> Stocks(CommandLedger ledger)
    {
        var supplied = ledger.Supplied();
        var shipped = _orders.Values.Where(o => StatusOf(o) == Shipped).SelectMany(o => o["lines"]!.AsArray())
            .GroupBy(l => (string)l!["sku"]!).ToDictionary(g => g.Key, g => g.Sum(l => (long)l!["quantity"]!));
        foreach (var (sku, stock) in _stocks)
        {
            var (available, reserved) = ((long)stock["available"]!, stock["reserved"]!.AsObject().Sum(r => (long)r.Value!));
            if (available + reserved + shipped.GetValueOrDefault(sku) != supplied.GetValueOrDefault(sku))
            {
                yield return $"stock/{sku}: {available} available, {reserved} reserved and {shipped.GetValueOrDefault(sku)} shipped are not the {supplied.GetValueOrDefault(sku)} that were supplied";
            }
        }
    }

    private static string StatusOf(JsonObject order) => (string)order["status"]!;

    private static JsonObject Parsed(ReadOnlyMemory<byte> json) => JsonNode.Parse(Encoding.UTF8.GetString(json.Span))!.AsObject();
}
