using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace KinesisPatterns.Orders.Tests;

public sealed class EventTimeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly Shop _shop = new();

    [Fact]
    public async Task Events_that_are_decided_anew_after_a_failure_are_the_same_to_the_byte()
    {
        await _shop.SendAsync("tea", new() { Type = "SupplyStock", Sku = "tea", Quantity = 10, Time = Noon });
        _shop.Runtime.Checkpoint();
        await PlaceAsync(Noon.AddMinutes(1));
        await _shop.SendAsync("1", new() { Type = "PayOrder", OrderId = "1", Amount = 10, Time = Noon.AddMinutes(2) });
        await _shop.SendAsync("1", new() { Type = "ShipOrder", OrderId = "1", Time = Noon.AddMinutes(3) });
        await _shop.SendAsync("1", new() { Type = "CancelOrder", OrderId = "1", Time = Noon.AddMinutes(4) });

        _shop.Runtime.Fail();
        await _shop.Runtime.RunAsync(TestContext.Current.CancellationToken);

        var again = _shop.EventTexts.Where(e => e.Count() > 1).ToList();
        Assert.Equal(["order/1/1", "order/1/2", "order/1/3", "order/1/4", "stock/tea/2", "stock/tea/3"], again.Select(e => e.Key).Order(StringComparer.Ordinal));
        Assert.All(again, e => Assert.Single(e.Distinct()));
        Assert.Equal(2, _shop.Rejected.Count);
        Assert.Single(_shop.Rejected.Select(r => r.ToJsonString()).Distinct());
    }

    // A stock serves orders and suppliers in the order in which they come, which may be another the next time: here each order has its own stocks, supplied before.
    [Fact]
    public void However_often_a_job_fails_an_event_is_decided_as_it_was_before() => Prop
        .ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Check(seed))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public async Task What_follows_from_a_command_bears_its_time_and_what_a_timer_does_the_time_it_was_due()
    {
        await _shop.SendAsync("tea", new() { Type = "SupplyStock", Sku = "tea", Quantity = 10, Time = Noon });
        await PlaceAsync(Noon.AddMinutes(1).ToOffset(TimeSpan.FromHours(2)));

        await _shop.Runtime.AdvanceAsync(Shop.Terms.Reminder + Shop.Terms.Cancellation, TestContext.Current.CancellationToken);

        var times = _shop.Events.ToDictionary(e => e.Type, e => e.Time.UtcDateTime);
        Assert.All(["OrderPlaced", "StockReserved", "OrderConfirmed"], type => Assert.Equal(Noon.AddMinutes(1).UtcDateTime, times[type]));
        Assert.Equal((Noon.AddMinutes(1) + Shop.Terms.Reminder).UtcDateTime, times["PaymentReminded"]);
        Assert.All(
            ["OrderCancelled", "StockReleased"],
            type => Assert.Equal((Noon.AddMinutes(1) + Shop.Terms.Reminder + Shop.Terms.Cancellation).UtcDateTime, times[type]));
        Assert.All(_shop.EventTexts, e => Assert.EndsWith("+00:00", (string)JsonNode.Parse(e.Single())!["time"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_of_a_command_without_a_time_bears_that_of_its_decision()
    {
        var before = DateTimeOffset.UtcNow;

        await _shop.SupplyAsync("tea", 1);

        Assert.InRange(Assert.Single(_shop.Events).Time, before, DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData("\"1999-12-31T23:59:59Z\"", "time: expected one from 2000 to 2199, got 1999-12-31T23:59:59.0000000+00:00")]
    [InlineData("\"9999-12-31T23:59:59Z\"", "time: expected one from 2000 to 2199, got 9999-12-31T23:59:59.0000000+00:00")]
    [InlineData("\"yesterday\"", "orders/command: ")]
    public async Task A_time_that_cannot_be_meant_is_refused(string time, string reason)
    {
        var json = $$"""{"commandId":"c","type":"SupplyStock","sku":"tea","quantity":1,"time":{{time}}}""";
        _shop.Runtime.Send(OrdersTypes.Router.WithId("tea"), new StateFun.Testing.TypedValue("orders/command", System.Text.Encoding.UTF8.GetBytes(json)));

        await _shop.Runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith(reason, (string)Assert.Single(_shop.Rejected)["reason"]!, StringComparison.Ordinal);
    }

    private static bool Check(int seed)
    {
        var random = new Random(seed);
        var shop = new Shop(new() { MaximumBatch = random.Next(1, 5), LostReplies = 0.2, Seed = seed, Attempts = 50 });
        for (var i = 0; i < 5; i++)
        {
            var supply = new Command { CommandId = "s", Type = "SupplyStock", Sku = $"tea of o{i}", Quantity = random.Next(1, 5), Time = Noon };
            shop.Put(supply.Sku, supply);
            shop.Put($"pot of o{i}", supply with { Sku = $"pot of o{i}" });
        }

        shop.Runtime.RunAsync().GetAwaiter().GetResult();
        shop.Runtime.Checkpoint();
        for (var i = 0; i < 80; i++)
        {
            var order = $"o{random.Next(5)}";
            var command = Next(random, order) with { CommandId = $"c{i}", Time = Noon.AddSeconds(i) };
            shop.Put(order, command);
            if (random.Next(3) == 0)
            {
                shop.Runtime.RunAsync().GetAwaiter().GetResult();
            }

            if (random.Next(15) == 0)
            {
                shop.Runtime.Checkpoint();
            }

            if (random.Next(15) == 0)
            {
                shop.Runtime.Fail();
            }
        }

        shop.Runtime.RunAsync().GetAwaiter().GetResult();
        return shop.EventTexts.All(e => e.Distinct().Count() == 1);
    }

    private static Command Next(Random random, string order) => random.Next(4) switch
    {
        0 => new() { Type = "PlaceOrder", OrderId = order, CustomerId = "c", Lines = [new($"tea of {order}", 2, 1), new($"pot of {order}", 1, 1)] },
        1 => new() { Type = "PayOrder", OrderId = order, Amount = random.Next(2, 4) },
        2 => new() { Type = "ShipOrder", OrderId = order },
        _ => new() { Type = "CancelOrder", OrderId = order },
    };

    private Task PlaceAsync(DateTimeOffset time) => _shop.SendAsync(
        "1", new() { Type = "PlaceOrder", OrderId = "1", CustomerId = "c", Lines = [new("tea", 4, 2.5m)], Time = time });
}
