using FsCheck;
using FsCheck.Fluent;

namespace KinesisPatterns.Orders.Tests;

public sealed class SagaPropertyTests
{
    private const int OrderCount = 8;

    // A stock knows a command again among the last 64.
    private const int Commands = 60;

    private static readonly string[] Skus = ["tea", "pot", "cup"];

    [Fact]
    public void Whatever_comes_in_whatever_order_no_article_is_lost_or_sold_twice() => Prop
        .ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Check(seed))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static bool Check(int seed)
    {
        var random = new Random(seed);
        var shop = new Shop(new() { MaximumBatch = random.Next(1, 5), LostReplies = 0.3, Seed = seed, Attempts = 50 });
        var supplied = Skus.ToDictionary(s => s, _ => 0);
        var sent = new List<Command>();
        var fails = random.Next(2) == 0;
        for (var i = 0; i < Commands; i++)
        {
            sent.Add(Next(random, i, supplied));
            Put(shop, sent[^1]);
            if (random.Next(5) == 0)
            {
                Put(shop, sent[random.Next(3) == 0 ? ^1 : random.Next(sent.Count)]);
            }

            if (random.Next(4) == 0)
            {
                shop.Runtime.AdvanceAsync(TimeSpan.FromHours(random.Next(12))).GetAwaiter().GetResult();
            }

            if (random.Next(20) == 0)
            {
                shop.Runtime.Restart();
            }

            if (fails && random.Next(10) == 0)
            {
                shop.Runtime.Fail();
            }
        }

        shop.Runtime.AdvanceAsync(TimeSpan.FromDays(3)).GetAwaiter().GetResult();
        Assert.All(Skus, sku => Assert.Equal(supplied[sku], Accounted(shop, sku)));
        Assert.All(Skus, sku => Assert.True(Held(shop, sku)));
        Assert.DoesNotContain(Orders(shop), order => order.Status is OrderStatus.Placed or OrderStatus.Confirmed);
        Assert.All(Enumerable.Range(0, OrderCount), order => AssertNumbered(shop, OrdersTypes.Order.WithId($"o{order}")));
        Assert.All(Skus, sku => AssertNumbered(shop, OrdersTypes.Stock.WithId(sku)));
        Assert.Empty(shop.Runtime.Timers);
        Assert.True(fails || HappensOnce(shop));
        return true;
    }

    private static void Put(Shop shop, Command command) => shop.Put(command.OrderId ?? command.Sku!, command);

    private static IEnumerable<OrderState> Orders(Shop shop) => Enumerable.Range(0, OrderCount).Select(o => shop.Order($"o{o}")).OfType<OrderState>();

    private static Command Next(Random random, int number, Dictionary<string, int> supplied)
    {
        var command = new Command { CommandId = $"c{number}" };
        var order = $"o{random.Next(OrderCount)}";
        switch (random.Next(6))
        {
            case 0:
                var (sku, quantity) = (Skus[random.Next(Skus.Length)], random.Next(1, 10));
                supplied[sku] += quantity;
                return command with { Type = "SupplyStock", Sku = sku, Quantity = quantity };
            case 1 or 2:
                var lines = Skus.Where(_ => random.Next(2) == 0).Select(s => new OrderLine(s, random.Next(1, 6), 1)).ToArray();
                return lines.Length == 0
                    ? command with { Type = "CancelOrder", OrderId = order }
                    : command with { Type = "PlaceOrder", OrderId = order, CustomerId = "c", Lines = lines };
            case 3:
                return command with { Type = "CancelOrder", OrderId = order };
            case 4:
                return command with { Type = "ShipOrder", OrderId = order };
            default:
                return command with { Type = "PayOrder", OrderId = order, Amount = random.Next(1, 16) };
        }
    }

    private static int Accounted(Shop shop, string sku) => shop.Stock(sku).Available + shop.Stock(sku).Reserved.Values.Sum()
        + Orders(shop).Where(o => o.Status == OrderStatus.Shipped).SelectMany(o => o.Lines).Where(l => l.Sku == sku).Sum(l => l.Quantity);

    // After all timers only paid orders hold anything.
    private static bool Held(Shop shop, string sku) =>
        shop.Stock(sku).Available >= 0 && shop.Stock(sku).Reserved.Keys.All(o => shop.Order(o)!.Status == OrderStatus.Paid);

    // Of every version that an aggregate has come to there is an event.
    private static void AssertNumbered(Shop shop, StateFun.Address aggregate)
    {
        var versions = shop.Events.Where(e => e.Aggregate == aggregate.Type.Name && e.Id == aggregate.Id).Select(e => e.Version).ToHashSet();
        Assert.Superset(Enumerable.Range(1, (int)shop.Runtime.Get(aggregate, Journal.Version)).Select(v => (long)v).ToHashSet(), versions);
    }

    // Nobody pays twice, and nothing that is paid is given back.
    private static bool HappensOnce(Shop shop) => shop.Events.DistinctBy(e => e.EventId).Count() == shop.Events.Count
        && shop.Events.Where(e => e.Aggregate == "order").GroupBy(e => e.Id).All(order =>
            order.GroupBy(e => e.Type).All(type => type.Count() == 1) && !(order.Any(e => e.Type == "OrderPaid") && order.Any(e => e.Type == "OrderCancelled")));
}
