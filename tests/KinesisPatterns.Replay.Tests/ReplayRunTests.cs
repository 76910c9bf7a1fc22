using KinesisPatterns.ReadModel;
using static KinesisPatterns.Replay.Tests.OrderEvents;

namespace KinesisPatterns.Replay.Tests;

public sealed class ReplayRunTests
{
    private const string Shard = "shardId-000000000000";

    private readonly World _world = new();

    public ReplayRunTests() => _world.AddShard(Shard);

    [Fact]
    public async Task History_comes_from_the_archive_and_the_rest_from_the_stream()
    {
        _world.Archive("events/data/1.gz", Versions("o-1", 1, 3));
        _world.Put(Shard, Versions("o-1", 2, 5));
        _world.Project(_world.Tables, Versions("o-1", 1, 5));

        var result = await _world.ReplayAsync();

        Assert.Equal(ReplayPhase.Switched, result.Phase);
        Assert.Equal(new("orders-2", null), _world.Tables);
        Assert.Equal(5, _world.Target["order/o-1"]!.Version);
        Assert.Equal((1, 7, 5, 2), (result.Counts.Objects, result.Counts.Events, result.Counts.Applied, result.Counts.Duplicates));
    }

    [Fact]
    public async Task Without_switch_the_read_model_remains_what_it_was()
    {
        _world.Archive("1", Versions("o-1", 1, 3));

        Assert.Equal(ReplayPhase.Complete, (await _world.ReplayAsync(switches: false)).Phase);
        Assert.Equal(new("orders", null), _world.Tables);

        Assert.Equal(ReplayPhase.Switched, (await _world.ReplayAsync()).Phase);
    }

    [Fact]
    public async Task Fails_when_the_stream_begins_after_the_archive_has_ended()
    {
        _world.Archive("1", [.. Versions("o-1", 1, 3), .. Versions("o-2", 1, 2)]);
        _world.Put(Shard, [.. Versions("o-1", 6, 7), .. Versions("o-2", 4, 4)]);

        var error = await Assert.ThrowsAsync<ReplayException>(() => _world.ReplayAsync());

        Assert.Equal(
            """
            The archive and the stream lack events of 2 aggregates; orders remains the read model.
            order/o-1: events 4 to 5 are missing, 6 is there
            order/o-2: event 3 is missing, 4 is there
            """,
            error.Message);
        Assert.Equal(new("orders", null), _world.Tables);
    }

    [Fact]
    public async Task Fails_when_the_read_model_so_far_knows_events_that_nothing_else_has()
    {
        _world.Archive("1", Versions("o-1", 1, 3));
        _world.Project(_world.Tables, [.. Versions("o-1", 1, 4), .. Versions("o-2", 1, 1)]);

        var error = await Assert.ThrowsAsync<ReplayException>(() => _world.ReplayAsync());

        Assert.EndsWith("order/o-1: orders has 4 events, 3 were found\norder/o-2: orders has 1 events, 0 were found", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_for_an_event_that_others_overtook()
    {
        _world.Put(Shard, [.. Versions("o-1", 1, 2), .. Versions("o-1", 4, 4)]);
        var put = false;
        _world.Step = () =>
        {
            if (!put && _world.Tables.Also is not null && _world.Target["order/o-1"]?.EarlyVersions.Any() == true)
            {
                put = true;
                Task.Delay(200).ContinueWith(_ => _world.Put(Shard, Versions("o-1", 3, 3)), TaskScheduler.Default);
            }
        };

        await _world.ReplayAsync(patience: TimeSpan.FromSeconds(20));

        Assert.Equal(4, _world.Target["order/o-1"]!.Version);
    }

    [Fact]
    public async Task A_batch_that_began_before_the_switch_and_ends_after_it_leaves_no_gap()
    {
        _world.Put(Shard, Versions("o-1", 1, 2));
        _world.Project(_world.Tables, Versions("o-1", 1, 2));
        ReadModelTables? began = null;
        _world.Step = () =>
        {
            // The last moment before both tables are written.
            if (began is null && _world.Target["order/o-1"]?.Version == 2)
            {
                began = _world.Tables;
                _world.Put(Shard, Versions("o-1", 3, 4));
            }
        };

        await _world.ReplayAsync();
        _world.Step = () => { };
        _world.Project(began!, Versions("o-1", 3, 4));

        Assert.Equal(new("orders", null), began);
        Assert.Equal(4, _world.Target["order/o-1"]!.Version);
    }

    [Fact]
    public async Task The_children_of_a_shard_are_read_after_it()
    {
        _world.AddShard("child", Shard);
        _world.Put(Shard, Versions("o-1", 1, 150));
        _world.Put("child", Versions("o-1", 151, 300));
        _world.Close(Shard);

        await _world.ReplayAsync();

        Assert.Equal(300, _world.Target["order/o-1"]!.Version);
    }

    [Fact]
    public async Task An_object_whose_events_came_far_too_early_is_read_again()
    {
        _world.Archive("1", Versions("o-1", 201, 320));
        _world.Archive("2", Versions("o-1", 1, 200));

        await _world.ReplayAsync();

        Assert.Equal(320, _world.Target["order/o-1"]!.Version);
        Assert.Equal(["1", "2", "1"], _world.Reads);
    }

    [Fact]
    public async Task What_is_delivered_to_the_archive_meanwhile_is_read_too_wherever_it_sorts()
    {
        _world.Archive("5", Versions("o-1", 1, 2));
        _world.Archive("6", Versions("o-1", 3, 4));
        var added = false;
        _world.Step = () =>
        {
            if (!added && _world.Reads.Contains("6"))
            {
                added = true;
                _world.Archive("4", Versions("o-1", 5, 6));
            }
        };

        await _world.ReplayAsync();

        Assert.Equal(6, _world.Target["order/o-1"]!.Version);
        Assert.Equal(["5", "6", "4"], _world.Reads);
    }

    [Fact]
    public async Task What_was_read_is_not_read_again_after_a_kill()
    {
        for (var number = 1; number <= 4; number++)
        {
            _world.Archive($"{number}", Versions("o-1", number, number));
        }

        _world.Step = () => _ = _world.Reads.Count == 3 ? throw new TimeoutException("killed") : 0;
        await Assert.ThrowsAsync<TimeoutException>(() => _world.ReplayAsync());
        _world.Step = () => { };
        _world.Now += TimeSpan.FromDays(1);
        await _world.ReplayAsync();

        Assert.Equal(4, _world.Target["order/o-1"]!.Version);
        Assert.Equal(["1", "2", "3", "3", "4"], _world.Reads.Take(5));
    }

    [Fact]
    public async Task What_is_no_event_is_told_and_passed_over()
    {
        _world.Archive("1", [Placed(), "nonsense", "", Confirmed()]);

        var result = await _world.ReplayAsync();

        Assert.Equal(1, result.Counts.Malformed);
        Assert.StartsWith("1: event: expected a JSON object", Assert.Single(_world.Malformed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_is_no_Unicode_is_no_event_wherever_it_comes_from()
    {
        _world.Archive("1", [Placed(), Placed("o-2").Replace("c-1", "\\ud800", StringComparison.Ordinal)]);
        _world.Put(Shard, [Event("order", "\\ud800", 1, "OrderPaid"), Confirmed()]);

        var result = await _world.ReplayAsync();

        Assert.Equal((2L, 2L), (result.Counts.Malformed, _world.Target["order/o-1"]!.Version));
    }

    [Fact]
    public async Task An_object_that_breaks_off_is_named_and_read_when_it_is_whole()
    {
        _world.Archive("1", [Placed()]);
        _world.Archive("2", [Confirmed()]);
        foreach (var error in new Exception[] { new InvalidDataException("unsupported compression."), new IOException("the connection broke.") })
        {
            _world.Spoil("2", error);
            var said = await Assert.ThrowsAsync<ReplayException>(() => _world.ReplayAsync());
            Assert.StartsWith($"2 could not be read to its end: {error.Message}", said.Message, StringComparison.Ordinal);
        }

        _world.Mend("2");
        await _world.ReplayAsync();

        Assert.Equal(2, _world.Target["order/o-1"]!.Version);
    }

    [Fact]
    public async Task Once_switched_it_has_nothing_to_do()
    {
        _world.Archive("1", [Placed()]);
        await _world.ReplayAsync();

        Assert.Equal((ReplayPhase.Switched, 1L), (await _world.ReplayAsync()) is var again ? (again.Phase, again.Counts.Applied) : default);
    }

    [Fact]
    public async Task Fails_while_another_table_is_about_to_take_over()
    {
        _world.Tables = new("orders", "orders-3");

        var error = await Assert.ThrowsAsync<ReplayException>(() => _world.ReplayAsync());

        Assert.Equal("orders-3 is about to become the read model: finish that replay first.", error.Message);
    }

    [Fact]
    public async Task Fails_on_a_table_that_holds_something_else()
    {
        _world.Project(new("orders-2", null), [Placed("o-9")]);

        var error = await Assert.ThrowsAsync<ReplayException>(() => _world.ReplayAsync());

        Assert.Equal("orders-2: expected an empty table, or one that a replay has begun to fill, got one with order/o-9.", error.Message);
    }

    [Fact]
    public async Task Fails_on_the_table_that_is_the_read_model()
    {
        _world.Tables = new("orders-2", null);

        var error = await Assert.ThrowsAsync<ReplayException>(() => _world.ReplayAsync());

        Assert.Equal("orders-2 is the read model already: a replay needs a new table.", error.Message);
    }
}
