using FsCheck;
using FsCheck.Fluent;

namespace KinesisPatterns.Orders.Tests;

public sealed class SagaPropertyTests
{
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
        for (var i = 0; i < 60; i++)
        {
            var command = Next(random, i, supplied);
            var key = command.OrderId ?? command.Sku!;
            shop.Put(key, command);
            if (random.Next(5) == 0)
            {
                shop.Put(key, command);
            }

            if (random.Next(4) == 0)
            {
                shop.Runtime.AdvanceAsync(TimeSpan.FromHours(random.Next(12))).GetAwaiter().GetResult();
            }

            if (random.Next(20) == 0)
            {
                shop.Runtime.Restart();
            }
        }

        shop.Runtime.AdvanceAsync(TimeSpan.FromDays(3)).GetAwaiter().GetResult();
        return Skus.All(sku => Accounted(shop, sku) == supplied[sku] && Held(shop, sku)) && Numbered(shop) && shop.Runtime.Timers.Count == 0;
    }

    private static Command Next(Random random, int number, Dictionary<string, int> supplied)
    {
        var command = new Command { CommandId = $"c{number}" };
        var order = $"o{random.Next(8)}";
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
        + shop.Events.Where(e => e.Type == "StockShipped" && e.Id == sku).Sum(e => (int)e.Data["quantity"]!);

    // After all timers only paid orders hold anything.
    private static bool Held(Shop shop, string sku) =>
        shop.Stock(sku).Available >= 0 && shop.Stock(sku).Reserved.Keys.All(o => shop.Order(o)!.Status == OrderStatus.Paid);

    private static bool Numbered(Shop shop) => shop.Events.GroupBy(e => (e.Aggregate, e.Id))
        .All(g => g.Select(e => e.Version).SequenceEqual(Enumerable.Range(1, g.Count()).Select(v => (long)v)));
}
