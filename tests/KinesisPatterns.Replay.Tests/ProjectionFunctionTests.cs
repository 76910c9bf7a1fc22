using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.Projection;
using KinesisPatterns.Lambdas.Streams;
using KinesisPatterns.Lambdas.Tests;
using KinesisPatterns.ReadModel;
using static KinesisPatterns.Replay.Tests.OrderEvents;

namespace KinesisPatterns.Replay.Tests;

public sealed class ProjectionFunctionTests : IReadModelAlias
{
    private readonly TestTable _table = new("orders");
    private readonly TestTable _next = new("orders-2");
    private readonly List<Exception> _errors = [];
    private ReadModelTables _tables = new("orders", null);
    private JsonNode? _counts;

    [Fact]
    public async Task Events_become_an_order()
    {
        Assert.Null(await HandleAsync(Placed(), Confirmed(), Cancelled()));

        var order = _table["order/o-1"]!.Attributes;
        Assert.Equal(
            ("Cancelled", "c-1", "12.50", "the payment did not come", "3", "2026-11-26T08:00:01.123Z", "2026-11-26T08:00:03.123Z"),
            (order["status"].S, order["customer"].S, order["total"].N, order["reason"].S, order["version"].N, order["placed"].S, order["updated"].S));
        Assert.Equal(("tea", "2", "6.25"), (order["lines"].L[0].M["sku"].S, order["lines"].L[0].M["quantity"].N, order["lines"].L[0].M["unitPrice"].N));
        Assert.Equal(["OrderPlaced", "OrderConfirmed", "OrderCancelled"], order["history"].L.Select(happened => happened.M["type"].S));
    }

    [Fact]
    public async Task Events_become_a_stock_that_knows_what_is_held_for_whom()
    {
        Assert.Null(await HandleAsync(
            Event("stock", "tea", 1, "StockSupplied", """{"quantity":10,"available":10}"""),
            Event("stock", "tea", 2, "StockReserved", """{"quantity":2,"available":8,"orderId":"o-1"}"""),
            Event("stock", "tea", 3, "StockReserved", """{"quantity":3,"available":5,"orderId":"o-2"}"""),
            Event("stock", "tea", 4, "StockShipped", """{"quantity":2,"available":5,"orderId":"o-1"}""")));

        var stock = _table["stock/tea"]!.Attributes;
        Assert.Equal("5", stock["available"].N);
        Assert.Equal(["o-2=3"], stock["reserved"].M.Select(held => $"{held.Key}={held.Value.N}"));
    }

    [Fact]
    public async Task What_comes_again_changes_nothing_and_is_counted()
    {
        await HandleAsync(Placed(), Confirmed());
        var before = _table["order/o-1"]!.Revision;

        Assert.Null(await HandleAsync(Confirmed(), Placed()));

        Assert.Equal(before, _table["order/o-1"]!.Revision);
        Assert.Equal((2, 2, 0), ((int)_counts!["Events"]!, (int)_counts["Duplicates"]!, (int)_counts["Applied"]!));
    }

    [Fact]
    public async Task An_event_that_comes_before_its_predecessor_waits_for_it()
    {
        Assert.Null(await HandleAsync(Paid()));
        Assert.Equal((0, 1), ((int)_counts!["Applied"]!, (int)_counts["Early"]!));
        Assert.Equal(0, _table["order/o-1"]!.Version);
        Assert.Equal([3], _table["order/o-1"]!.EarlyVersions);

        Assert.Null(await HandleAsync(Confirmed()));
        Assert.Null(await HandleAsync(Placed()));

        Assert.Equal(3, (int)_counts["Applied"]!);
        Assert.Equal("Paid", _table["order/o-1"]!.Attributes["status"].S);
        Assert.DoesNotContain("early", _table["order/o-1"]!.Attributes.Keys);
    }

    [Fact]
    public async Task No_more_events_wait_than_an_item_can_keep()
    {
        var waiting = Enumerable.Range(2, ReadModelItem.MaximumEarly).Select(version => OfOrder("o-1", version)).ToArray();
        Assert.Null(await HandleAsync(waiting));

        var failed = await HandleAsync([OfOrder("o-2", 1), OfOrder("o-1", ReadModelItem.MaximumEarly + 2)]);

        Assert.Equal(2, failed);
        Assert.Contains("orders: order/o-1 has as many events as can wait", Assert.Single(_errors).Message, StringComparison.Ordinal);
        Assert.Null(await HandleAsync(OfOrder("o-1", 1)));
        Assert.Equal(ReadModelItem.MaximumEarly + 1, _table["order/o-1"]!.Version);
    }

    [Theory]
    [InlineData("nonsense", "expected a JSON object")]
    [InlineData("[]", "expected a JSON object, got Array")]
    [InlineData("""{"aggregate":"basket"}""", "expected order or stock as aggregate, got 'basket'")]
    [InlineData("""{"aggregate":"order","time":"yesterday"}""", "expected a time, got 'yesterday'")]
    [InlineData("""{"aggregate":"order","id":"o","version":0,"type":"OrderPaid","time":"2026-11-26T08:00:00Z","data":{}}""", "expected version, a whole number from 1 on")]
    [InlineData("""{"aggregate":"order","id":"o","version":7,"type":"OrderPlaced","time":"2026-11-26T08:00:00Z","data":{}}""", "expected customerId, String")]
    [InlineData("""{"aggregate":"stock","id":"tea","version":7,"type":"StockSupplied","time":"2026-11-26T08:00:00Z","data":{}}""", "expected available, Number")]
    public async Task What_is_no_event_fails_alone_with_its_reason(string record, string reason)
    {
        var failed = await HandleAsync(Placed(), record, Placed("o-2"));

        Assert.Equal(2, failed);
        Assert.Equal(1, (int)_counts!["Malformed"]!);
        Assert.Contains(reason, Assert.Single(_errors).Message, StringComparison.Ordinal);
        Assert.NotNull(_table["order/o-2"]);
    }

    [Fact]
    public async Task A_malformed_first_record_makes_Lambda_halve_the_batch() =>
        await Assert.ThrowsAsync<FirstRecordFailedException>(() => HandleAsync("nonsense", Placed()));

    [Fact]
    public async Task An_aggregate_that_cannot_be_written_fails_alone()
    {
        _table.Before = key => _ = key == "order/o-2" ? throw new TimeoutException("the table is busy") : key;

        var failed = await HandleAsync(Placed(), Placed("o-2"), Placed("o-3"));

        Assert.Equal(2, failed);
        Assert.Contains("order/o-2: the table is busy", Assert.Single(_errors).Message, StringComparison.Ordinal);
        Assert.NotNull(_table["order/o-3"]);
    }

    [Fact]
    public async Task The_table_that_is_about_to_take_over_is_written_as_well()
    {
        _tables = new("orders", "orders-2");

        Assert.Null(await HandleAsync(Placed()));

        Assert.Equal((1, 1, 1), (_table["order/o-1"]!.Version, _next["order/o-1"]!.Version, (int)_counts!["Applied"]!));
    }

    [Fact]
    public async Task An_event_fails_that_only_one_of_the_two_tables_has()
    {
        _tables = new("orders", "orders-2");
        _next.Before = key => _ = key == "order/o-2" ? throw new TimeoutException("busy") : key;

        Assert.Equal(2, await HandleAsync(Placed(), Placed("o-2")));
    }

    [Fact]
    public async Task A_write_that_another_one_was_faster_than_is_made_again_on_top_of_it()
    {
        var raced = false;
        _table.Before = key =>
        {
            // After the load of the first attempt: the other one has both events.
            if (!raced && (raced = true))
            {
                return;
            }

            _table.Before = _ => { };
            new ReadModelUpdater(_table).ApplyAsync([DomainEvent.Parse(Bytes(Placed()))], CancellationToken.None).GetAwaiter().GetResult();
        };

        Assert.Null(await HandleAsync(Placed(), Confirmed()));

        Assert.Equal((2, "Confirmed"), (_table["order/o-1"]!.Version, _table["order/o-1"]!.Attributes["status"].S));
        Assert.Equal(2, _table["order/o-1"]!.Attributes["history"].L.Count);
    }

    [Fact]
    public void Any_order_and_any_repetition_of_the_same_events_gives_the_same_read_model() => Prop.ForAll(
        Gen.Shuffle(Enumerable.Range(1, 12).Concat(Enumerable.Range(1, 12)).ToArray()).ToArbitrary(),
        Gen.Choose(1, 24).ToArbitrary(),
        (versions, split) =>
        {
            var table = new TestTable("orders");
            var updater = new ReadModelUpdater(table);
            foreach (var chunk in versions.Select(version => DomainEvent.Parse(Bytes(OfOrder("o-1", version)))).Chunk(split))
            {
                updater.ApplyAsync(chunk, CancellationToken.None).GetAwaiter().GetResult();
            }

            var item = table["order/o-1"]!;
            Assert.Equal(Enumerable.Range(1, 12).Select(version => $"{version}"), item.Attributes["history"].L.Select(happened => happened.M["version"].N));
            Assert.Empty(item.EarlyVersions);
        }).QuickCheckThrowOnFailure();

    Task<ReadModelTables> IReadModelAlias.ResolveAsync(CancellationToken cancellation) => Task.FromResult(_tables);

    private async Task<int?> HandleAsync(params string[] records)
    {
        using var log = new MemoryStream();
        _errors.Clear();
        var function = new ProjectionFunction(this, name => name == "orders" ? _table : _next, new EmbeddedMetrics(log), _errors.Add);
        var answer = await function.HandleAsync(Events.Of(records), TestContext.Current.CancellationToken);
        _counts = JsonNode.Parse(Encoding.UTF8.GetString(log.ToArray()));
        return Events.FailedFrom(answer);
    }
}
