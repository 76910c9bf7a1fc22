using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.OrderQuery;

namespace KinesisPatterns.Replay.Tests;

public sealed class OrderQueryFunctionTests : IOrderReader
{
    private PageToken? _after;
    private int _limit;

    [Theory]
    [InlineData("/orders/o-1", 200)]
    [InlineData("/shop/orders/o%2D1", 200)]
    [InlineData("/orders/none", 404)]
    [InlineData("/stock/tea", 200)]
    [InlineData("/stock/none", 404)]
    [InlineData("/orders", 404)]
    [InlineData("/elsewhere", 404)]
    public async Task Routes_and_says_what_is_not_there(string path, int status) => Assert.Equal(status, (await GetAsync(path)).Status);

    [Fact]
    public async Task Answers_numbers_as_numbers()
    {
        var (_, answer) = await GetAsync("/stock/tea");

        Assert.Equal("""{"sku":"tea","version":3,"available":5,"reserved":{"o-1":2},"updated":"2026-11-26T08:00:03.000Z"}""", answer.ToJsonString());
    }

    [Fact]
    public async Task Another_method_than_get_is_refused()
    {
        var response = await new OrderQueryFunction(this).HandleAsync(
            new() { Path = "/orders/o-1", HttpMethod = "DELETE" }, TestContext.Current.CancellationToken);

        Assert.Equal((405, "GET"), (response.StatusCode, response.Headers["Allow"]));
    }

    [Fact]
    public async Task A_page_ends_with_where_the_next_one_begins()
    {
        var (_, first) = await GetAsync("/customers/c-1/orders", ("limit", "2"));
        await GetAsync("/customers/c-1/orders", ("next", (string)first["next"]!));

        Assert.Equal(new("2026-11-26T08:00:01.000Z", "order/o-1"), _after);
        Assert.Equal(50, _limit);
    }

    [Theory]
    [InlineData("limit", "0")]
    [InlineData("limit", "201")]
    [InlineData("limit", "many")]
    [InlineData("next", "AAAA")]
    [InlineData("next", "%")]
    public async Task Says_which_parameter_is_wrong(string name, string value)
    {
        var (status, answer) = await GetAsync("/customers/c-1/orders", (name, value));

        Assert.Equal(400, status);
        Assert.StartsWith($"{name}: expected ", (string)answer["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_another_customer_is_no_beginning()
    {
        var (_, first) = await GetAsync("/customers/c-1/orders");

        Assert.Equal(400, (await GetAsync("/customers/c-2/orders", ("next", (string)first["next"]!))).Status);
    }

    Task<OrderAnswer?> IOrderReader.OrderAsync(string id, CancellationToken cancellation) => Task.FromResult(id != "o-1" ? null : new OrderAnswer
    {
        Id = id,
        Version = 2,
        Status = "Confirmed",
        Customer = "c-1",
        Placed = "2026-11-26T08:00:01.000Z",
        Updated = "2026-11-26T08:00:02.000Z",
        Total = 12.5m,
        Lines = [],
        History = [],
    });

    Task<OrdersAnswer> IOrderReader.OrdersAsync(string customer, int limit, PageToken? after, CancellationToken cancellation)
    {
        (_limit, _after) = (limit, after);
        return Task.FromResult(new OrdersAnswer(customer, [], new PageToken("2026-11-26T08:00:01.000Z", "order/o-1").Encode(customer)));
    }

    Task<StockAnswer?> IOrderReader.StockAsync(string sku, CancellationToken cancellation) => Task.FromResult(
        sku != "tea" ? null : new StockAnswer(sku, 3, 5, new Dictionary<string, decimal> { ["o-1"] = 2 }, "2026-11-26T08:00:03.000Z"));

    private async Task<(int Status, JsonNode Answer)> GetAsync(string path, params (string Name, string Value)[] query)
    {
        var response = await new OrderQueryFunction(this).HandleAsync(
            new() { Path = path, HttpMethod = "GET", QueryStringParameters = query.ToDictionary(pair => pair.Name, pair => pair.Value) },
            TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(response.Body)!);
    }
}
