using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Orders.Tests;

/// <summary>The order domain in a simulated runtime.</summary>
internal sealed class Shop
{
    public static readonly PaymentTerms Terms = new(TimeSpan.FromHours(1), TimeSpan.FromHours(23));

    private int _commands;

    public Shop(SimulatedRuntimeOptions? options = null) =>
        Runtime = new(OrdersFunctions.All(new("events-stream", "rejected-stream"), Terms, TimeProvider.System), options);

    public SimulatedRuntime Runtime { get; }

    public IReadOnlyList<Event> Events =>
        [.. Records("orders/events").Select(r => JsonSerializer.Deserialize(r.Data.Span, OrdersJson.Default.Event)!)];

    /// <summary>The events' bytes by their ids; an event that was sent twice is there twice.</summary>
    public ILookup<string, string> EventTexts => Records("orders/events").Select(r => System.Text.Encoding.UTF8.GetString(r.Data.Span))
        .ToLookup(text => (string)JsonNode.Parse(text)!["eventId"]!);

    public IReadOnlyList<JsonNode> Rejected => [.. Records("orders/rejected").Select(r => JsonNode.Parse(r.Data.Span)!)];

    public IEnumerable<string> EventsOf(string aggregate, string id) =>
        Events.Where(e => e.Aggregate == aggregate && e.Id == id).Select(e => e.Type);

    public OrderState? Order(string id) => Runtime.Get(OrdersTypes.Order.WithId(id), OrderFunction.Order);

    public StockState Stock(string sku) => Runtime.Get(OrdersTypes.Stock.WithId(sku), StockFunction.Stock) ?? StockState.Empty;

    public Task SupplyAsync(string sku, int quantity) => SendAsync(sku, new() { Type = "SupplyStock", Sku = sku, Quantity = quantity });

    public Task PlaceAsync(string id, params OrderLine[] lines) =>
        SendAsync(id, new() { Type = "PlaceOrder", OrderId = id, CustomerId = "customer", Lines = lines });

    public Task PayAsync(string id, decimal amount) => SendAsync(id, new() { Type = "PayOrder", OrderId = id, Amount = amount });

    public Task SendAsync(string key, Command command)
    {
        Put(key, command with { CommandId = command.CommandId ?? $"command-{++_commands}" });
        return Runtime.RunAsync();
    }

    public void Put(string key, Command command) => Runtime.Send(OrdersTypes.Router.WithId(key), OrdersTypes.Command, command);

    private IEnumerable<KinesisRecord> Records(string egress) =>
        Runtime.Egresses.Where(e => e.Egress.ToString() == egress).Select(e => e.AsKinesis());
}
