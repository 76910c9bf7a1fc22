using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>What the page is told of EventSourcing.</summary>
[Collection(nameof(EventSourcingHost))]
public sealed class EventSourcingPageTests(EventSourcingHost blueprint) : IDisposable
{
    private readonly HttpClient _page = new() { BaseAddress = blueprint.Host.Page };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _page.Dispose();

    [Fact]
    public async Task An_address_is_found_by_a_part_of_its_id()
    {
        var found = await _page.GetFromJsonAsync<JsonArray>("addresses?find=DER-1", Cancellation);

        Assert.Equal(["order-1"], found!.Select(a => (string)a!["id"]!).Distinct());
        Assert.Contains(found!, a => (string)a!["type"]! == "orders/order" && ((string)a["values"]!).StartsWith("order status Confirmed, customerId customer-1, total 20", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_has_its_values_its_timers_and_what_happened_to_it()
    {
        var order = await _page.GetFromJsonAsync<JsonObject>("address?type=orders/order&id=order-1", Cancellation);

        Assert.Contains(order!["values"]!.AsArray(), v => (string)v!["name"]! == "order" && ((string)v["text"]!).Contains("status: \"Confirmed\"", StringComparison.Ordinal));
        Assert.Equal("order-payment", (string?)Assert.Single(order["timers"]!.AsArray())!["name"]);
        Assert.Equal([(2, "OrderConfirmed"), (1, "OrderPlaced")], order["steps"]!.AsArray().Select(s => ((int)s!["version"]!, (string)s["what"]!)));
    }

    [Fact]
    public async Task A_command_that_was_refused_is_in_the_history_of_what_it_was_for()
    {
        var order = await _page.GetFromJsonAsync<JsonObject>("address?type=orders/order&id=order-none", Cancellation);

        var step = Assert.Single(order!["steps"]!.AsArray())!;
        Assert.Equal((null, "there is no such order"), ((int?)step["version"], (string?)step["what"]));
    }

    [Theory]
    [InlineData("address?type=orders/order&id=order-2")]
    [InlineData("address?type=orders&id=order-1")]
    [InlineData("address?type=orders/order")]
    public async Task Of_what_is_nowhere_nothing_is_told(string path) => Assert.Equal(HttpStatusCode.NotFound, (await _page.GetAsync(path, Cancellation)).StatusCode);

    [Fact]
    public async Task Addresses_and_timers_are_sent_once_and_then_every_other_second()
    {
        using var stream = new StreamReader(await _page.GetStreamAsync("events", Cancellation));
        var lists = new List<bool>();
        while (lists.Count < 4)
        {
            if (await stream.ReadLineAsync(Cancellation) is { Length: > 0 } line && line.StartsWith("data: ", StringComparison.Ordinal))
            {
                var told = JsonNode.Parse(line["data: ".Length..])!;
                lists.Add((told["state"] ?? told)["module"]!["lists"] is not null);
            }
        }

        Assert.True(lists[0]);
        Assert.InRange(lists.Count(sent => sent), 1, 2);
    }
}
