using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.Local.Tests.Feed;

public sealed class CommandSimulatorTests
{
    [Fact]
    public void The_same_seed_gives_the_same_commands() => Assert.Equal(Texts(new(3, 0.1), 500), Texts(new(3, 0.1), 500));

    [Fact]
    public void What_was_given_before_is_left_out_and_the_rest_is_what_it_would_have_been() =>
        Assert.Equal(Texts(new(3, 0.1), 500)[200..], new CommandSimulator(3, 0.1).After(200).Take(300).Select(r => Encoding.UTF8.GetString(r.Data.Span)));

    [Fact]
    public void However_long_it_goes_on_no_more_is_held_than_a_stock_has_room_for()
    {
        var commands = Texts(new(6, 0), 20_000).Select(text => JsonNode.Parse(text)!).ToLookup(c => (string)c["type"]!, c => (string?)c["orderId"]);

        Assert.InRange(commands["PayOrder"].Distinct().Count() - commands["ShipOrder"].Count(), 400, 600);
    }

    [Fact]
    public void With_a_clock_every_command_says_when_it_was_given()
    {
        var before = TimeProvider.System.GetUtcNow();

        var times = Texts(new(3, 0, TimeProvider.System), 50).Select(text => (DateTimeOffset)JsonNode.Parse(text)!["time"]!).ToList();

        Assert.All(times, time => Assert.InRange(time, before, TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public void Without_faults_every_command_is_whole_unique_and_at_its_aggregates_key()
    {
        var simulator = new CommandSimulator(4, 0);
        var records = Enumerable.Range(0, 1000).Select(_ => simulator.Next()).ToList();
        var commands = records.Select(r => JsonNode.Parse(r.Data.Span)!).ToList();

        Assert.Equal(1000, commands.Select(c => (string)c["commandId"]!).Distinct().Count());
        Assert.Equal(
            ["CancelOrder", "PayOrder", "PlaceOrder", "ShipOrder", "SupplyStock"],
            commands.Select(c => (string)c["type"]!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(records.Zip(commands), pair => Assert.Equal((string)(pair.Second["orderId"] ?? pair.Second["sku"])!, pair.First.PartitionKey));
    }

    [Fact]
    public void Faults_are_malformed_commands_and_repeated_ones()
    {
        var texts = Texts(new(5, 0.2), 1000);

        Assert.InRange(1000 - texts.Distinct().Count(), 30, 200);
        Assert.Contains(texts, t => t.EndsWith("PlaceOr", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"orderId":"o-1","sku":"s"}""", "o-1")]
    [InlineData("""{"sku":"s"}""", "s")]
    [InlineData("""{"orderId":7}""", "unknown")]
    [InlineData("no json", "unknown")]
    public void A_line_of_input_goes_where_its_aggregate_is(string line, string key) =>
        Assert.Equal(key, CommandSimulator.RecordOf(Encoding.UTF8.GetBytes(line)).PartitionKey);

    private static List<string> Texts(CommandSimulator simulator, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Encoding.UTF8.GetString(simulator.Next().Data.Span))];
}
