using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.Replay;
using static KinesisPatterns.Replay.Tests.OrderEvents;

namespace KinesisPatterns.Replay.Tests;

/// <summary>The function, called as the construct's state machine calls it.</summary>
public sealed class ReplayFunctionTests : IDisposable
{
    private const string Shard = "shardId-000000000000";

    private readonly World _world = new();
    private readonly MemoryStream _metrics = new();

    public ReplayFunctionTests() => _world.AddShard(Shard);

    public void Dispose() => _metrics.Dispose();

    private IEnumerable<JsonNode> Metrics => System.Text.Encoding.UTF8.GetString(_metrics.ToArray())
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!);

    [Fact]
    public async Task Called_with_its_own_answers_until_it_is_done_it_brings_every_event_into_the_new_table_once()
    {
        const int Aggregates = 6, Slices = 4;
        for (var number = 0; number < Aggregates; number++)
        {
            _world.Archive($"{number}", Versions($"o-{number}", 1, 9));
            _world.Put(Shard, Versions($"o-{number}", 8, 12));
            _world.Project(_world.Tables, Versions($"o-{number}", 1, 12));
        }

        var input = """{"switch":true}""";
        var slices = 0;
        for (var done = false; !done; slices++)
        {
            Assert.True(slices < 100, input);
            input = await InvokeAsync(input, steps: slices < Slices ? 12 * (slices + 1) : null);
            done = JsonDocument.Parse(input).RootElement.GetProperty("done").GetBoolean();
        }

        Assert.True(slices > Slices, $"{slices} invocations, and none was out of time.");
        Assert.Equal(new("orders-2", null), _world.Tables);
        Assert.All(Enumerable.Range(0, Aggregates), number => Assert.Equal(12, _world.Target[$"order/o-{number}"]!.Version));
        Assert.Equal("Switched", (string?)JsonNode.Parse(input)!["phase"]);
    }

    [Fact]
    public async Task An_invocation_counts_what_it_did_itself()
    {
        _world.Archive("1", Versions("o-1", 1, 3));
        await InvokeAsync("{}");
        _world.Archive("2", [.. Versions("o-1", 4, 5), "no event"]);
        await InvokeAsync("{}");

        Assert.Equal([3, 2], Metrics.Select(line => (long)line["ReplayApplied"]!));
        Assert.Equal([0, 1], Metrics.Select(line => (long)line["ReplayMalformed"]!));
    }

    [Fact]
    public async Task Without_switch_the_read_model_remains()
    {
        _world.Archive("1", Versions("o-1", 1, 3));

        var answer = JsonNode.Parse(await InvokeAsync("{}"))!;

        Assert.Equal((true, false, "Complete", 1L, 3L), ((bool)answer["done"]!, (bool)answer["switch"]!, (string)answer["phase"]!, (long)answer["objects"]!, (long)answer["events"]!));
        Assert.Equal(new("orders", null), _world.Tables);
    }

    [Fact]
    public async Task A_gap_fails_the_invocation_and_so_the_execution()
    {
        _world.Put(Shard, Versions("o-1", 2, 3));

        var error = await Assert.ThrowsAsync<ReplayException>(() => InvokeAsync("""{"switch":true}"""));

        Assert.Contains("order/o-1: event 1 is missing, 2 is there", error.Message, StringComparison.Ordinal);
        Assert.Equal(new("orders", null), _world.Tables);
    }

    [Fact]
    public async Task A_switch_that_is_neither_true_nor_false_is_told() => Assert.Equal(
        "switch: expected true or false, got \"yes\".",
        (await Assert.ThrowsAsync<FormatException>(() => InvokeAsync("""{"switch":"yes"}"""))).Message);

    // Time is up after so many steps of the replay; null: never.
    private async Task<string> InvokeAsync(string input, int? steps = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var left = steps;
        _world.Step = () =>
        {
            if (left-- == 0)
            {
                deadline.Cancel();
            }

            deadline.Token.ThrowIfCancellationRequested();
        };
        using var answer = await new ReplayFunction(_world.Run(), new EmbeddedMetrics(_metrics)).HandleAsync(new MemoryStream(Bytes(input)), deadline.Token);
        using var reader = new StreamReader(answer);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
