using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Kinesis.Model;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>The dashboards of the cloud assembly, as the page asks for them.</summary>
public sealed class DashboardTests(Blueprint blueprint) : IAsyncLifetime
{
    // What only AWS measures: durations, reads, the archive's freshness, the API.
    private static readonly string[] _notMeasured =
        ["5XXError", "DeliveryToS3.DataFreshness", "Duration", "Latency", "ReadProvisionedThroughputExceeded"];

    private readonly HttpClient _page = new() { BaseAddress = blueprint.Host.Page };
    private readonly long _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private readonly string _device = $"device-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Two readings, of which one is turned away; then both are counted.
    public async ValueTask InitializeAsync()
    {
        foreach (var value in (string[])["20", "4000"])
        {
            var reading = $$"""{"device":"{{_device}}","metric":"temperature","time":{{_now}},"value":{{value}}}""";
            await blueprint.Kinesis.PutRecordAsync(
                new PutRecordRequest
                {
                    StreamName = blueprint.Host.Outputs["ReadingsStreamName"],
                    PartitionKey = _device,
                    Data = new MemoryStream(Encoding.UTF8.GetBytes(reading)),
                },
                Cancellation);
        }

        var last = (Name: "", Found: false);
        for (var attempt = 0; attempt < 300 && !last.Found; attempt++)
        {
            await Task.Delay(200, Cancellation);
            foreach (var title in (string[])["Latest values", "Rejected", "Records put"])
            {
                last = (title, (await AnswersAsync(title)).All(answer => answer.ToJsonString().Contains(']', StringComparison.Ordinal)
                    && Values(answer).Any(value => value > 0)));
                if (!last.Found)
                {
                    break;
                }
            }
        }

        Assert.True(last.Found, $"{last.Name} stayed empty.\n{blueprint.Log}");
    }

    public ValueTask DisposeAsync()
    {
        _page.Dispose();
        return default;
    }

    [Fact]
    public async Task Every_panel_is_answered_and_what_is_not_measured_says_so()
    {
        var missing = new HashSet<string>();
        foreach (var (_, _, target) in await TargetsAsync())
        {
            var answer = await AskAsync(target, HttpStatusCode.OK);
            if (answer["missing"] is not null)
            {
                missing.Add((string)target["metricName"]!);
            }
        }

        Assert.Equal(_notMeasured, missing.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_reading_is_on_its_devices_dashboard()
    {
        var answer = Assert.Single(await AnswersAsync("Latest values"));

        var series = Assert.Single(answer["results"]![0]!["series"]!.AsArray())!;
        Assert.Equal("temperature", (string?)series["name"]);
        Assert.Equal(20, (double?)series["values"]![0]![1]);
    }

    [Fact]
    public async Task What_variables_and_annotations_ask_is_answered()
    {
        foreach (var dashboard in await DashboardsAsync())
        {
            foreach (var variable in dashboard!["templating"]!["list"]!.AsArray())
            {
                var target = new JsonObject { ["datasource"] = variable!["datasource"]!.DeepClone(), ["query"] = variable["query"]!.DeepClone() };
                Assert.Contains(
                    (string?)variable["name"] == "device" ? _device : "temperature",
                    (await AskAsync(target, HttpStatusCode.OK)).ToJsonString(),
                    StringComparison.Ordinal);
            }

            foreach (var annotation in dashboard["annotations"]!["list"]!.AsArray())
            {
                var target = annotation!["target"]!.DeepClone().AsObject();
                target["datasource"] = annotation["datasource"]!.DeepClone();
                Assert.NotNull((await AskAsync(target, HttpStatusCode.OK))["results"]);
            }
        }
    }

    [Fact]
    public async Task A_query_beyond_what_is_answered_here_is_an_error_that_says_so()
    {
        var target = new JsonObject
        {
            ["datasource"] = new JsonObject { ["type"] = "influxdb" },
            ["query"] = "SELECT derivative(\"value\") FROM \"temperature\"",
        };

        var answer = await AskAsync(target, HttpStatusCode.BadRequest);

        Assert.Contains("expected mean, min, max, count, sum or last", (string?)answer["error"], StringComparison.Ordinal);
    }

    private async Task<JsonArray> DashboardsAsync() =>
        (await _page.GetFromJsonAsync<JsonArray>("dashboards/all", Cancellation))!;

    private async Task<(string Dashboard, string Panel, JsonObject Target)[]> TargetsAsync() =>
    [
        .. from dashboard in await DashboardsAsync()
           from panel in dashboard!["panels"]!.AsArray()
           from target in panel!["targets"]!.AsArray()
           select ((string)dashboard["title"]!, (string)panel["title"]!, target!.AsObject()),
    ];

    private async Task<JsonObject[]> AnswersAsync(string title)
    {
        var answers = new List<JsonObject>();
        foreach (var (_, _, target) in (await TargetsAsync()).Where(one => one.Panel == title))
        {
            answers.Add(await AskAsync(target, HttpStatusCode.OK));
        }

        return [.. answers];
    }

    private static IEnumerable<double> Values(JsonObject answer) =>
        (answer["points"]?.AsArray() ?? answer["results"]?[0]?["series"]?[0]?["values"]?.AsArray() ?? [])
        .Select(point => point![1]!.GetValue<double>());

    private async Task<JsonObject> AskAsync(JsonObject target, HttpStatusCode expected)
    {
        var body = new JsonObject
        {
            ["target"] = target.DeepClone(),
            ["from"] = _now - 600_000,
            ["to"] = _now + 600_000,
            ["interval"] = 10_000,
            ["chosen"] = new JsonObject { ["device"] = new JsonArray(_device), ["metric"] = new JsonArray("temperature") },
        };
        using var answer = await _page.PostAsync("dashboards/query", new StringContent(body.ToJsonString()), Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == expected, text);
        return JsonNode.Parse(text)!.AsObject();
    }
}
