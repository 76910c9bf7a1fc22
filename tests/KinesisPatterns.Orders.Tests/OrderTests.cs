namespace KinesisPatterns.Orders.Tests;

public sealed class OrderTests
{
    private readonly Shop _shop = new();

    [Fact]
    public async Task An_order_is_placed_reserved_paid_and_shipped()
    {
        await _shop.SupplyAsync("tea", 10);
        await _shop.SupplyAsync("pot", 1);

        await _shop.PlaceAsync("1", new("tea", 4, 2.5m), new("pot", 1, 20));
        await _shop.PayAsync("1", 30);
        await _shop.SendAsync("1", new() { Type = "ShipOrder", OrderId = "1" });

        Assert.Equal(["OrderPlaced", "OrderConfirmed", "OrderPaid", "OrderShipped"], _shop.EventsOf("order", "1"));
        Assert.Equal(["StockSupplied", "StockReserved", "StockShipped"], _shop.EventsOf("stock", "tea"));
        Assert.Equal((6, 0), (_shop.Stock("tea").Available, _shop.Stock("tea").Reserved.Count));
        Assert.Empty(_shop.Runtime.Timers);
        Assert.Empty(_shop.Rejected);
    }

    [Fact]
    public async Task An_order_that_misses_an_article_gives_back_the_others()
    {
        await _shop.SupplyAsync("tea", 10);

        await _shop.PlaceAsync("1", new("tea", 4, 2.5m), new("pot", 1, 20));

        Assert.Equal(["OrderPlaced", "OrderRejected"], _shop.EventsOf("order", "1"));
        Assert.Equal(["StockSupplied", "StockReserved", "StockReleased"], _shop.EventsOf("stock", "tea"));
        Assert.Equal(10, _shop.Stock("tea").Available);
    }

    [Fact]
    public async Task An_order_that_is_not_paid_is_reminded_and_then_cancelled()
    {
        await _shop.SupplyAsync("tea", 10);
        await _shop.PlaceAsync("1", new OrderLine("tea", 4, 2.5m));

        await _shop.Runtime.AdvanceAsync(Shop.Terms.Reminder, TestContext.Current.CancellationToken);
        Assert.Equal("PaymentReminded", _shop.EventsOf("order", "1").Last());
        await _shop.Runtime.AdvanceAsync(Shop.Terms.Cancellation, TestContext.Current.CancellationToken);

        Assert.Equal("OrderCancelled", _shop.EventsOf("order", "1").Last());
        Assert.Equal(10, _shop.Stock("tea").Available);
    }

    [Fact]
    public async Task A_payment_ends_the_reminders()
    {
        await _shop.SupplyAsync("tea", 10);
        await _shop.PlaceAsync("1", new OrderLine("tea", 4, 2.5m));
        await _shop.Runtime.AdvanceAsync(Shop.Terms.Reminder, TestContext.Current.CancellationToken);

        await _shop.PayAsync("1", 10);
        await _shop.Runtime.AdvanceAsync(TimeSpan.FromDays(365), TestContext.Current.CancellationToken);

        Assert.Equal(OrderStatus.Paid, _shop.Order("1")!.Status);
    }

    [Fact]
    public async Task A_command_that_comes_while_an_order_waits_for_its_articles_is_handled_when_they_are_there()
    {
        await _shop.SupplyAsync("tea", 10);
        _shop.Put("1", new() { CommandId = "a", Type = "PlaceOrder", OrderId = "1", CustomerId = "c", Lines = [new("tea", 4, 2.5m)] });
        _shop.Put("1", new() { CommandId = "b", Type = "CancelOrder", OrderId = "1" });

        await _shop.Runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["OrderPlaced", "OrderConfirmed", "OrderCancelled"], _shop.EventsOf("order", "1"));
        Assert.Empty(_shop.Runtime.Timers);
        Assert.Equal((10, 0), (_shop.Stock("tea").Available, _shop.Stock("tea").Reserved.Count));
    }

    [Fact]
    public async Task A_command_that_comes_twice_has_one_effect()
    {
        await _shop.SupplyAsync("tea", 10);
        var place = new Command { CommandId = "same", Type = "PlaceOrder", OrderId = "1", CustomerId = "c", Lines = [new("tea", 4, 2.5m)] };

        await _shop.SendAsync("1", place);
        await _shop.SendAsync("1", place);

        Assert.Equal(["OrderPlaced", "OrderConfirmed"], _shop.EventsOf("order", "1"));
        Assert.Empty(_shop.Rejected);
    }

    [Fact]
    public async Task Events_of_an_aggregate_are_numbered_without_a_gap()
    {
        await An_order_is_placed_reserved_paid_and_shipped();

        Assert.Equal([1, 2, 3, 4], _shop.Events.Where(e => e.Aggregate == "order").Select(e => e.Version));
        Assert.Equal("order/1/2", _shop.Events.Single(e => e.Type == "OrderConfirmed").EventId);
    }

    [Theory]
    [InlineData("PayOrder", "there is no such order")]
    [InlineData("ShipOrder", "there is no such order")]
    public async Task A_command_for_no_order_is_refused_with_its_reason(string type, string reason)
    {
        await _shop.SendAsync("1", new() { Type = type, OrderId = "1", Amount = 1 });

        var refused = Assert.Single(_shop.Rejected);
        Assert.Equal(reason, (string)refused["reason"]!);
        Assert.Equal(type, (string)refused["command"]!["type"]!);
        Assert.Empty(_shop.Events);
    }

    [Fact]
    public async Task A_command_against_the_order_of_things_is_refused_with_its_reason()
    {
        await _shop.SupplyAsync("tea", 10);
        await _shop.PlaceAsync("1", new OrderLine("tea", 4, 2.5m));

        await _shop.SendAsync("1", new() { Type = "ShipOrder", OrderId = "1" });
        await _shop.PayAsync("1", 9);
        await _shop.PlaceAsync("1", new OrderLine("tea", 1, 1));

        Assert.Equal(
            ["ShipOrder is not for an order that is Confirmed", "the order costs 10.0, not 9", "the order exists already"],
            _shop.Rejected.Select(r => (string)r["reason"]!));
    }

    [Theory]
    [InlineData("{", "orders/command: ")]
    [InlineData("{}", "commandId: expected 1 to 256 characters, got nothing")]
    [InlineData("""{"commandId":"c"}""", "type: expected PlaceOrder, PayOrder, ShipOrder, CancelOrder or SupplyStock, got nothing")]
    [InlineData("""{"commandId":"c","type":"PayOrder","orderId":"1","amount":0}""", "amount: expected a number above 0, got 0")]
    [InlineData("""{"commandId":"c","type":"ShipOrder"}""", "orderId: expected 1 to 256 characters, got nothing")]
    [InlineData("""{"commandId":"c","type":"SupplyStock","sku":"tea","quantity":0}""", "quantity: expected 1 to 1000000, got 0")]
    [InlineData("""{"commandId":"c","type":"PlaceOrder","orderId":"1","customerId":"c","lines":[]}""", "lines: expected 1 to 100, got 0")]
    [InlineData(
        """{"commandId":"c","type":"PlaceOrder","orderId":"1","customerId":"c","lines":[{"sku":"a","quantity":1,"unitPrice":1},{"sku":"a","quantity":1,"unitPrice":1}]}""",
        "lines: expected each sku once, got a")]
    [InlineData("""{"commandId":"c","type":"PlaceOrder","orderId":"1","customerId":"c","lines":[{"sku":"a","unitPrice":1}]}""", "orders/command: ")]
    public async Task A_command_that_cannot_be_meant_is_kept_with_its_payload_and_its_reason(string json, string reason)
    {
        var payload = System.Text.Encoding.UTF8.GetBytes(json);
        _shop.Runtime.Send(OrdersTypes.Router.WithId("1"), new StateFun.Testing.TypedValue("orders/command", payload));
        await _shop.Runtime.RunAsync(TestContext.Current.CancellationToken);

        var kept = Assert.Single(_shop.Rejected);
        Assert.Contains(reason, (string)kept["reason"]!, StringComparison.Ordinal);
        Assert.Equal(payload, Convert.FromBase64String((string)kept["payload"]!));
    }

    [Fact]
    public async Task Commands_that_wait_in_vain_are_refused_with_their_reason()
    {
        _shop.Put("1", new() { CommandId = "a", Type = "PlaceOrder", OrderId = "1", CustomerId = "c", Lines = [new("tea", 4, 2.5m), new("pot", 1, 1)] });
        _shop.Put("1", new() { CommandId = "b", Type = "PayOrder", OrderId = "1", Amount = 11 });

        await _shop.Runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal("tea is out of stock", (string)_shop.Events[^1].Data["reason"]!);
        Assert.Equal("PayOrder is not for an order that is Rejected", (string)Assert.Single(_shop.Rejected)["reason"]!);
    }

    [Fact]
    public async Task No_more_commands_wait_than_an_order_can_hold()
    {
        await _shop.SupplyAsync("tea", 10);
        _shop.Put("1", new() { CommandId = "a", Type = "PlaceOrder", OrderId = "1", CustomerId = "c", Lines = [new("tea", 4, 2.5m)] });
        for (var i = 0; i < 65; i++)
        {
            _shop.Put("1", new() { CommandId = $"p{i}", Type = "PayOrder", OrderId = "1", Amount = i == 64 ? 10 : 1 });
        }

        await _shop.Runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal("too many commands wait for the order's articles", (string)_shop.Rejected[0]["reason"]!);
        Assert.Equal(65, _shop.Rejected.Count);
        Assert.Equal(["OrderPlaced", "OrderConfirmed"], _shop.EventsOf("order", "1"));
    }

    [Theory]
    [InlineData(2000, 1, "reason: expected 1000 characters at most, got 2000")]
    [InlineData(1_000_000, 2, "command: expected 65536 bytes at most, got 1000064")]
    public async Task What_no_record_would_hold_is_kept_aside_with_its_payload(int length, int parts, string reason)
    {
        await _shop.SendAsync("1", new() { CommandId = "c", Type = "CancelOrder", OrderId = "1", Reason = new('x', length) });

        Assert.All(_shop.Rejected, r => Assert.Equal(reason, (string)r["reason"]!));
        Assert.Equal(parts, _shop.Rejected.Count);
    }

    [Fact]
    public async Task A_payment_that_says_more_than_an_order_can_keep_is_refused()
    {
        await _shop.SendAsync("1", new() { Type = "PayOrder", OrderId = "1", Amount = 1, Reason = new('x', 1001) });
        await _shop.SendAsync("1", new() { Type = "PayOrder", OrderId = "1", Amount = 1, Sku = new('x', 257) });

        Assert.Equal(
            ["reason: expected 1000 characters at most, got 1001", "sku: expected 256 characters at most, got 257"], _shop.Rejected.Select(r => (string)r["reason"]!));
    }

    [Fact]
    public async Task A_stock_has_room_for_what_comes_back()
    {
        for (var left = int.MaxValue; left > 0; left -= 1_000_000)
        {
            await _shop.SupplyAsync("tea", Math.Min(left, 1_000_000));
        }

        await _shop.PlaceAsync("1", new OrderLine("tea", 1_000_000, 1));
        await _shop.SupplyAsync("tea", 1_000_000);
        await _shop.SendAsync("1", new() { Type = "CancelOrder", OrderId = "1" });

        Assert.Equal((int.MaxValue, 0), (_shop.Stock("tea").Available, _shop.Stock("tea").Reserved.Count));
        Assert.StartsWith("quantity: expected no more of an article than 2147483647", (string)Assert.Single(_shop.Rejected)["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stock_holds_no_more_than_it_has()
    {
        await _shop.SupplyAsync("tea", 5);

        await _shop.PlaceAsync("1", new OrderLine("tea", 3, 1));
        await _shop.PlaceAsync("2", new OrderLine("tea", 3, 1));

        Assert.Equal(OrderStatus.Confirmed, _shop.Order("1")!.Status);
        Assert.Equal(OrderStatus.Rejected, _shop.Order("2")!.Status);
    }
}
