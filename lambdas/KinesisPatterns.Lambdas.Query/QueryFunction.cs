using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Lambda.APIGatewayEvents;

namespace KinesisPatterns.Lambdas.Query;

/// <summary>The query API (docs/time-series.md) behind API Gateway.</summary>
internal sealed class QueryFunction(ISeriesReader reader, SeriesQueries queries, TimeProvider time)
{
    /// <summary>Answers a request of a REST API with Lambda proxy integration.</summary>
    public async Task<APIGatewayProxyResponse> HandleAsync(APIGatewayProxyRequest request)
    {
        try
        {
            return await RouteAsync(request);
        }
        catch (BadRequestException exception)
        {
            return Message(400, exception.Message);
        }
    }

    private async Task<APIGatewayProxyResponse> RouteAsync(APIGatewayProxyRequest request)
    {
        var parameters = new QueryParameters(request.QueryStringParameters, time);
        Func<Task<APIGatewayProxyResponse>>? route = Segments(request.Path) switch
        {
            ["devices", var device, "latest"] => async () => Ok(
                new(QueryParameters.Device(device), await reader.LatestAsync(QueryParameters.Device(device))),
                AnswersJson.Default.LatestListAnswer),
            ["devices", var device, "metrics", var metric, "latest"] => async () =>
                await reader.LatestAsync(QueryParameters.Series(device, metric)) is { } latest
                    ? Ok(latest, AnswersJson.Default.LatestAnswer)
                    : Message(404, $"{device} {metric}: there is no value"),
            ["devices", var device, "metrics", var metric, "readings"] => async () => Ok(
                await queries.ReadingsAsync(QueryParameters.Series(device, metric), parameters),
                AnswersJson.Default.ReadingsAnswer),
            ["devices", var device, "metrics", var metric, "aggregates"] => async () => Ok(
                await queries.AggregatesAsync(QueryParameters.Series(device, metric), parameters),
                AnswersJson.Default.AggregatesAnswer),
            _ => null,
        };

        return route is null ? Message(404, $"path: expected one of the API's, got '{request.Path}'")
            : request.HttpMethod == "GET" ? await route()
            : Message(405, $"method: expected GET, got '{request.HttpMethod}'", new() { ["Allow"] = "GET" });
    }

    // The path may come encoded, and behind a custom domain with that domain's own base in front.
    private static string[] Segments(string? path) =>
        [.. (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries).SkipWhile(segment => segment != "devices").Select(Uri.UnescapeDataString)];

    private static APIGatewayProxyResponse Ok<T>(T answer, JsonTypeInfo<T> json) =>
        Response(200, JsonSerializer.Serialize(answer, json), []);

    private static APIGatewayProxyResponse Message(int status, string message, Dictionary<string, string>? headers = null) =>
        Response(status, JsonSerializer.Serialize(new(message), AnswersJson.Default.MessageAnswer), headers ?? []);

    private static APIGatewayProxyResponse Response(int status, string body, Dictionary<string, string> headers)
    {
        headers["Content-Type"] = "application/json";
        return new() { StatusCode = status, Headers = headers, Body = body };
    }
}
