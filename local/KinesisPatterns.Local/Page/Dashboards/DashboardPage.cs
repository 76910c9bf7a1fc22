using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Timestream;
using KinesisPatterns.Local.Timestream.InfluxQl;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Page.Dashboards;

/// <summary>
/// The dashboards of the stack for the page: what Grafana would show, answered from the store and the counters of the host.
/// </summary>
/// <param name="dashboards">The dashboards in Grafana's classic model.</param>
/// <param name="store">The series store; null when the stack has none.</param>
/// <param name="log">What was measured in this run.</param>
internal sealed class DashboardPage(JsonArray dashboards, SeriesStore? store, MetricLog log)
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    public Task HandleAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/dashboards/all") => AnswerAsync(context, 200, dashboards),
        ("GET", "/dashboards/range") => AnswerAsync(context, 200, Range()),
        ("POST", "/dashboards/query") => QueryAsync(context),
        _ => AnswerAsync(context, 404, new JsonObject { ["error"] = "no such path" }),
    };

    /// <summary>The answer to one target: <c>results</c> of the store, <c>points</c> of a metric, or what is missing.</summary>
    public JsonObject Answer(PanelQuery query) => (string?)query.Target["datasource"]?["type"] switch
    {
        "cloudwatch" => Metric(query),
        "influxdb" when store is not null => new Engine(store).Run(query.Statement(), NanosecondsPerMillisecond),
        "influxdb" => Missing("This stack has no series store here."),
        var type => Missing($"The local host does not answer queries of {type}."),
    };

    private static JsonObject Missing(string why) => new() { ["missing"] = why };

    private JsonObject Metric(PanelQuery query)
    {
        var target = query.Target;
        var (space, name) = ((string)target["namespace"]!, (string)target["metricName"]!);

        // A function that has nothing to count says nothing: that is no value, not an unknown one.
        if (space != "KinesisPatterns" && !log.Knows(space, name))
        {
            return Missing("Not measured here.");
        }

        var metric = MetricName.Of(
            space, name, target["dimensions"]!.AsObject().Select(one => KeyValuePair.Create(one.Key, Json.Text(one.Value))));
        var points = log.Read(metric, (string?)target["statistic"] ?? "Sum", query.From, query.To, query.Interval);
        return new() { ["points"] = new JsonArray([.. points.Select(point => new JsonArray(point.Time, point.Value))]) };
    }

    // Readings keep their own times, which need not be those of the run.
    private JsonObject Range()
    {
        var series = store?.All.Select(one => one.Value.Span).OfType<(long First, long Last)>().ToList() ?? [];
        return series.Count == 0 ? [] : new()
        {
            ["from"] = series.Min(one => one.First) / NanosecondsPerMillisecond,
            ["to"] = (series.Max(one => one.Last) / NanosecondsPerMillisecond) + 1,
        };
    }

    private async Task QueryAsync(HttpContext context)
    {
        try
        {
            var body = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
            var interval = (long)body["interval"]!;
            var query = new PanelQuery(
                body["target"]!.AsObject(),
                (long)body["from"]!,
                (long)body["to"]!,
                interval > 0 ? interval : throw new FormatException($"expected an interval above 0, got {interval}"),
                body["chosen"]!.AsObject().ToDictionary(
                    one => one.Key, one => one.Value!.AsArray().Select(value => (string)value!).ToArray()));
            await AnswerAsync(context, 200, Answer(query));
        }
        catch (Exception error) when (error is InfluxQlException or JsonException or FormatException or NullReferenceException or InvalidOperationException)
        {
            await AnswerAsync(context, 400, new JsonObject { ["error"] = error.Message });
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
