namespace KinesisPatterns.Blueprints.Tests;

/// <summary>What Grafana is to show, against the types that Grafana publishes; see tests/Checks/dashboards.mjs.</summary>
public sealed class DashboardSchemaTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_dashboards_of_TimeSeries_are_what_Grafana_takes() =>
        Assert.Empty(await ProblemsAsync(Blueprint.GrafanaContent("TimeSeries")));

    [Fact]
    public async Task What_Grafana_does_not_know_is_found()
    {
        var content = Blueprint.GrafanaContent("TimeSeries");
        var dashboard = content["dashboards"]![0]!;
        dashboard["panles"] = new JsonArray();
        dashboard["panels"]![0]!["options"]!["colourMode"] = "value";
        dashboard["panels"]![1]!["targets"]![0]!["resultFormat"] = "series";
        dashboard["panels"]![2]!["gridPos"]!.AsObject().Remove("w");
        content["alerts"]!["rules"]![0]!["noDataState"] = "Silent";
        content["dashboards"]![2]!["panels"]![0]!["targets"]![0]!["metric"] = "Errors";

        var problems = await ProblemsAsync(content);

        Assert.Contains(problems, problem => problem.Contains("panles", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("colourMode", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("/resultFormat", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("\"missingProperty\":\"w\"", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("/noDataState", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("Data quality / Accepted A", StringComparison.Ordinal));
    }

    private static async Task<string[]> ProblemsAsync(JsonNode content)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, content.ToJsonString(), Cancellation);
        var script = Path.Combine(Blueprint.Setting("Checks"), "dashboards.mjs");
        var run = await Tool.RunAsync("node", [script, file], Cancellation);
        Assert.True(run is { ExitCode: 0 }, run?.Errors ?? "node is not on the PATH (https://nodejs.org)");
        File.Delete(file);
        return JsonSerializer.Deserialize<string[]>(run!.Value.Output)!;
    }
}
