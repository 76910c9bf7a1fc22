using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Lambda.APIGatewayEvents;

namespace KinesisPatterns.Lambdas.OrderQuery;

/// <summary>The query API over orders and stocks (docs/event-sourcing.md) behind API Gateway.</summary>
internal sealed class OrderQueryFunction(IOrderReader reader)
{
    private const int DefaultLimit = 50;
    private const int MaximumLimit = 200;
    private const int LongestId = 256;

    /// <summary>Answers a request of a REST API with Lambda proxy integration.</summary>
    public async Task<APIGatewayProxyResponse> HandleAsync(APIGatewayProxyRequest request, CancellationToken deadline)
    {
        Func<Task<APIGatewayProxyResponse>>? route = Segments(request.Path) switch
        {
            ["orders", { Length: <= LongestId } id] => async () => await reader.OrderAsync(id, deadline) is { } order
                ? Ok(order, AnswersJson.Default.OrderAnswer)
                : Message(404, $"{id}: there is no such order"),
            ["customers", { Length: <= LongestId } customer, "orders"] => () => OrdersAsync(customer, request.QueryStringParameters, deadline),
            ["stock", { Length: <= LongestId } sku] => async () => await reader.StockAsync(sku, deadline) is { } stock
                ? Ok(stock, AnswersJson.Default.StockAnswer)
                : Message(404, $"{sku}: there is no such article"),
            _ => null,
        };

        return route is null ? Message(404, $"path: expected one of the API's, got '{request.Path}'")
            : request.HttpMethod == "GET" ? await route()
            : Message(405, $"method: expected GET, got '{request.HttpMethod}'", new() { ["Allow"] = "GET" });
    }

    private async Task<APIGatewayProxyResponse> OrdersAsync(string customer, IDictionary<string, string>? query, CancellationToken deadline)
    {
        var limit = DefaultLimit;
        if (query?.TryGetValue("limit", out var text) == true
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaximumLimit))
        {
            return Message(400, $"limit: expected a whole number from 1 to {MaximumLimit}, got '{text}'");
        }

        PageToken? after = null;
        if (query?.TryGetValue("next", out var next) == true && (after = PageToken.Decode(next, customer)) is null)
        {
            return Message(400, $"next: expected the next of a page of the same customer, got '{next}'");
        }

        return Ok(await reader.OrdersAsync(customer, limit, after, deadline), AnswersJson.Default.OrdersAnswer);
    }

    // The path may come encoded, and behind a custom domain with that domain's own base in front.
    private static string[] Segments(string? path) =>
    [
        .. (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries)
            .SkipWhile(segment => segment is not ("orders" or "customers" or "stock"))
            .Select(Uri.UnescapeDataString),
    ];

    private static APIGatewayProxyResponse Ok<T>(T answer, JsonTypeInfo<T> json) => Response(200, JsonSerializer.Serialize(answer, json), []);

    private static APIGatewayProxyResponse Message(int status, string message, Dictionary<string, string>? headers = null) =>
        Response(status, JsonSerializer.Serialize(new(message), AnswersJson.Default.MessageAnswer), headers ?? []);

    private static APIGatewayProxyResponse Response(int status, string body, Dictionary<string, string> headers)
    {
        headers["Content-Type"] = "application/json";
        return new() { StatusCode = status, Headers = headers, Body = body };
    }
}
