using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.Local.Tests.Feed;

public sealed class CommandLedgerTests
{
    private readonly CommandLedger _ledger = new();

    [Fact]
    public void A_command_ends_as_an_event_as_a_rejection_or_nowhere()
    {
        Command("""{"commandId":"c1","type":"SupplyStock","sku":"a","quantity":5}""");
        Command("""{"commandId":"c2","type":"PayOrder","orderId":"o","amount":3}""");
        Command("not json");
        Command("""{"commandId":"c3","type":"PayOrder","orderId":"o","amount":3}""");
        Event("stock/a/1", "c1", 5);
        Rejected("""{"id":"o","reason":"the order costs 12, not 3","command":{"commandId":"c2"}}""");
        Rejected($$"""{"id":"o","reason":"no JSON","payload":"{{Convert.ToBase64String("not json"u8)}}"}""");

        var account = _ledger.Close();

        Assert.Equal((4, 1, 2, 1), (account.Commands, account.Decided, account.Rejected, account.Lost));
        Assert.Contains("c3", Assert.Single(account.Missing), StringComparison.Ordinal);
        Assert.Equal(["no JSON", "the order costs #, not #"], account.Reasons.Keys);
    }

    [Fact]
    public void A_command_that_comes_twice_counts_as_repeated_and_its_supply_once()
    {
        Command("""{"commandId":"c1","type":"SupplyStock","sku":"a","quantity":5}""");
        Command("""{"commandId":"c1","type":"SupplyStock","sku":"a","quantity":5}""");
        Event("stock/a/1", "c1", 5);

        Assert.Equal((1, 1, 0), (_ledger.Close().Decided, _ledger.Close().Repeated, _ledger.Close().Lost));
        Assert.Equal(5, _ledger.Supplied()["a"]);
    }

    [Fact]
    public void An_event_that_comes_again_is_counted_once_and_one_with_other_contents_replaces_it()
    {
        Assert.NotNull(Event("stock/a/1", "c1", 5));
        Assert.Null(Event("stock/a/1", "c1", 5));
        Assert.Null(Event("stock/a/1", "c2", 7));

        var account = _ledger.Close();

        Assert.Equal((1, 2, 1), (account.Events, account.EventsAgain, account.EventsReplaced));
    }

    [Fact]
    public void A_rejection_in_pieces_is_one_when_all_of_them_are_there()
    {
        Command("not json");

        Assert.Null(Piece(2, "json"));
        Assert.Null(Piece(2, "json"));
        Assert.Equal((0, 1), (_ledger.Close().Rejected, _ledger.Close().Lost));
        Assert.Equal("not json", Piece(1, "not ")?.Payload);
        Assert.Null(Piece(1, "not "));

        Assert.Equal((1, 0, 1), (_ledger.Close().Rejected, _ledger.Close().Lost, _ledger.Reasons(9)["no JSON"]));
    }

    [Fact]
    public void A_rejection_that_comes_again_counts_once_with_its_later_reason()
    {
        Rejected("""{"id":"o","reason":"there is no such order","command":{"commandId":"c2"}}""");
        Rejected("""{"id":"o","reason":"the order costs 12, not 3","command":{"commandId":"c2"}}""");

        Assert.Equal(KeyValuePair.Create("the order costs #, not #", 1L), Assert.Single(_ledger.Reasons(9)));
    }

    [Fact]
    public void A_command_whose_text_is_no_Unicode_is_followed_by_its_bytes()
    {
        Command("""{"commandId":"c\ud800","type":"ShipOrder"}""");

        Assert.Equal(1, _ledger.Close().Lost);
    }

    [Fact]
    public void Versions_without_an_event_are_named()
    {
        Event("stock/a/1", "c1", 5);
        Event("stock/a/3", "c2", 5);

        Assert.Equal([2, 4], _ledger.MissingVersions("stock", "a", 4));
    }

    private void Command(string text) => _ledger.OnCommand(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void A_refused_command_is_shown_as_it_was_written() => Assert.Equal(
        """{"commandId":"c2","time":"2026-11-27T08:00:00+00:00","reason":"fällt weg"}""",
        Rejected("""{"id":"o","reason":"there is no such order","command":{"commandId":"c2","time":"2026-11-27T08:00:00+00:00","reason":"fällt weg"}}""")?.Payload);

    private TurnedAway? Piece(int part, string text) => _ledger.OnRejected(Encoding.UTF8.GetBytes($$"""
        {"id":"o","reason":"no JSON","payload":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}}","part":{{part}},"parts":2,
         "payloadSha256":"{{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("not json"u8))}}"}
        """));

    private TurnedAway? Rejected(string text) => _ledger.OnRejected(Encoding.UTF8.GetBytes(text));

    private OrderEvent? Event(string id, string command, int quantity) => _ledger.OnEvent(Encoding.UTF8.GetBytes(new JsonObject
    {
        ["eventId"] = id,
        ["type"] = "StockSupplied",
        ["aggregate"] = "stock",
        ["id"] = id.Split('/')[1],
        ["version"] = int.Parse(id.Split('/')[2], System.Globalization.CultureInfo.InvariantCulture),
        ["commandId"] = command,
        ["time"] = "2026-01-01T00:00:00Z",
        ["data"] = new JsonObject { ["quantity"] = quantity },
    }.ToJsonString()));
}
