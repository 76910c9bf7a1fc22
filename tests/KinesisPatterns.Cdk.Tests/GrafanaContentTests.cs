using System.Text.Json.Nodes;
using Amazon.CDK.AWS.IAM;

namespace KinesisPatterns.Cdk.Tests;

public sealed class GrafanaContentTests : ITimeSeriesStore
{
    private static readonly DashboardVariable _device = DashboardVariable.OfTag("device", "device");
    private static readonly DashboardVariable _metrics = DashboardVariable.OfMetrics("metric") with { Several = true };
    private readonly Stack _stack = new();

    public string Url => "https://timestream.example";

    public IReadOnlyDictionary<string, string> WriterEnvironment { get; } = new Dictionary<string, string>();

    public FunctionNetwork? WriterNetwork => null;

    public ISeriesDataSource DataSource { get; } = new TimestreamDataSource("plant", "readings", "arn:aws:timestream:::table");

    Grant ITimeSeriesStore.GrantWrite(IGrantable writer) => Grant.Drop(writer, "not asked here");

    [Fact]
    public void Every_uid_begins_with_the_same_prefix_and_stays_with_the_path()
    {
        var first = Json(Content(Panel(new SeriesQuery())));
        var again = Json(new GrafanaContent(new Stack(), "Content", Props(Panel(new SeriesQuery()))));
        var other = Json(new GrafanaContent(new Stack(), "Other", Props(Panel(new SeriesQuery()))));

        var prefix = ((string)first["folder"]!["uid"]!)[..^7];
        Assert.Equal($"{prefix}-one", (string?)first["dashboards"]![0]!["uid"]);
        Assert.Equal($"{prefix}-store", (string?)first["dataSources"]![0]!["uid"]);
        Assert.True(JsonNode.DeepEquals(first, again));
        Assert.NotEqual((string?)first["folder"]!["uid"], (string?)other["folder"]!["uid"]);
        Assert.True($"{prefix}-{new string('x', 24)}".Length <= 40);
    }

    [Fact]
    public void What_only_the_deployment_knows_is_a_placeholder()
    {
        var stream = new DataStream(_stack, "Stream");

        var content = Content(Panel(new MetricQuery(stream.MetricIncomingRecords(), "records")));

        var target = Json(content)["dashboards"]![0]!["panels"]![0]!["targets"]![0]!;
        Assert.Equal("<value-2>", (string?)target["dimensions"]!["StreamName"]);
        Assert.Equal("IncomingRecords", (string?)target["metricName"]);
        Assert.Equal("AWS/Kinesis", (string?)target["namespace"]);
        Assert.Equal(stream.Stream.StreamName, content.Values["value-2"]);
        Assert.DoesNotContain("Token[", content.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Adds_nothing_to_the_template()
    {
        Content(Panel(new SeriesQuery()));

        Assert.False(_stack.Json().TryGetProperty("Resources", out _));
    }

    [Fact]
    public void Panels_fill_rows_from_left_to_right()
    {
        var query = new SeriesQuery();
        var json = Json(Content(
            Panel(query) with { Width = 8, Height = 5 },
            Panel(query) with { Width = 16, Height = 9 },
            Panel(query) with { Width = 12 },
            Panel(query) with { Width = 13 }));

        Assert.Equal(
            ["0,0", "8,0", "0,9", "0,17"],
            json["dashboards"]![0]!["panels"]!.AsArray().Select(panel => $"{panel!["gridPos"]!["x"]},{panel["gridPos"]!["y"]}"));
    }

    [Fact]
    public void The_first_threshold_holds_from_everywhere_on()
    {
        var json = Json(Content(Panel(new SeriesQuery()) with { Thresholds = [new(1, "orange"), new(2, "red")] }));

        Assert.Equal(
            """[{"color":"green","value":null},{"color":"orange","value":1},{"color":"red","value":2}]""",
            json["dashboards"]![0]!["panels"]![0]!["fieldConfig"]!["defaults"]!["thresholds"]!["steps"]!.ToJsonString());
    }

    [Theory]
    [InlineData("mean", """SELECT BIN(time, $__interval_ms) AS time, measure_name, "device", AVG("value") AS "value" FROM "plant"."readings" WHERE $__timeFilter AND measure_name NOT LIKE '%:%' AND "value" IS NOT NULL GROUP BY BIN(time, $__interval_ms), measure_name, "device" ORDER BY 1""")]
    [InlineData("one", """SELECT MAX_BY("score", time) AS "score" FROM "plant"."readings" WHERE $__timeFilter AND measure_name = 'anomalies:detected' AND "device" = '$device' AND "score" IS NOT NULL""")]
    [InlineData("number", """SELECT measure_name, COUNT("value") AS "value" FROM (SELECT measure_name, "device", MAX_BY("value", time) AS "value" FROM "plant"."readings" WHERE $__timeFilter AND measure_name IN (${metric:singlequote}) AND "value" IS NOT NULL GROUP BY measure_name, "device") GROUP BY measure_name""")]
    [InlineData("rows", """SELECT time, "device", "reason" FROM "plant"."readings" WHERE $__timeFilter AND measure_name = 'anomalies:detected' AND "site" = 'o''hare' ORDER BY time DESC LIMIT 7""")]
    public void Asks_Timestream_in_its_SQL(string which, string sql)
    {
        var anomalies = Measurements.Named("anomalies:detected");
        IPanelQuery query = which switch
        {
            "mean" => new SeriesQuery { By = ["device"] },
            "one" => new SeriesQuery
            {
                From = anomalies,
                Field = "score",
                Aggregate = SeriesAggregate.Last,
                InIntervals = false,
                Where = [TagFilter.Chosen("device", _device)],
            },
            "number" => new SeriesQuery
            {
                From = Measurements.Chosen(_metrics),
                Aggregate = SeriesAggregate.Last,
                By = ["device"],
                Over = SeriesAggregate.Count,
                InIntervals = false,
            },
            _ => new RowsQuery(anomalies, "device", "reason") { Limit = 7, Where = [TagFilter.Is("site", "o'hare")] },
        };

        var target = Json(Content(Panel(query)))["dashboards"]![0]!["panels"]![0]!["targets"]![0]!;

        Assert.Equal(sql, (string?)target["rawQuery"]);
        Assert.Equal(which == "mean" ? 1 : 0, (int?)target["format"]);
    }

    [Fact]
    public void The_workspace_reads_Timestream_by_its_role()
    {
        var workspace = new GrafanaWorkspace(_stack, "Grafana", new() { Login = GrafanaLogin.SamlLater });

        DataSource.GrantRead(workspace);

        Assert.Contains("timestream:Select", _stack.AllowedActions());
    }

    [Fact]
    public void An_alert_reduces_its_figure_and_compares_it()
    {
        var json = Json(new GrafanaContent(_stack, "Content", Props(Panel(new SeriesQuery())) with
        {
            Alerts =
            [
                new("silent", "Silent", new() { Aggregate = SeriesAggregate.Count }, AlertLimit.Below(1))
                {
                    Then = "Look.",
                    WhenSilent = true,
                    For = Duration.Minutes(5),
                    Over = Duration.Minutes(15),
                },
            ],
        }));

        var rule = json["alerts"]!["rules"]![0]!;
        Assert.Equal(("5m", "Alerting", "C"), ((string?)rule["for"], (string?)rule["noDataState"], (string?)rule["condition"]));
        Assert.Equal("""{"from":900,"to":0}""", rule["data"]![0]!["relativeTimeRange"]!.ToJsonString());
        Assert.Equal("""{"type":"lt","params":[1]}""", rule["data"]![2]!["model"]!["conditions"]![0]!["evaluator"]!.ToJsonString());
        Assert.Equal((string?)json["folder"]!["uid"], (string?)rule["folderUID"]);
    }

    [Fact]
    public void Fails_when_a_panel_would_ask_two_data_sources() => Synth.ShouldFail(
        "Default/Content: dashboard one, panel 'Panel': expected queries of one data source, got some of each",
        () => Content(new Panel(
            PanelKind.TimeSeries, "Panel", new SeriesQuery(),
            new MetricQuery(new DataStream(_stack, "S").MetricIncomingRecords(), "records"))));

    [Fact]
    public void Fails_when_a_variable_is_not_offered() => Synth.ShouldFail(
        "Default/Content: dashboard one, panel 'Panel': expected variables of the dashboard, got 'site'",
        () => Content(Panel(new SeriesQuery { Where = [TagFilter.Chosen("site", DashboardVariable.OfTag("site", "site"))] })));

    [Fact]
    public void Fails_when_a_panel_is_to_be_repeated_for_a_single_choice() => Synth.ShouldFail(
        "Default/Content: dashboard one, panel 'Panel': expected RepeatFor a variable with Several, got 'device'",
        () => Content(Panel(new SeriesQuery()) with { RepeatFor = _device }));

    [Fact]
    public void Fails_when_thresholds_are_out_of_order() => Synth.ShouldFail(
        "Default/Content: dashboard one, panel 'Panel': expected thresholds in ascending order, got another order",
        () => Content(Panel(new SeriesQuery()) with { Thresholds = [new(2, "red"), new(1, "orange")] }));

    [Fact]
    public void Fails_when_a_panel_is_wider_than_the_screen() => Synth.ShouldFail(
        "Default/Content: dashboard one, panel 'Panel': expected Width of 1 to 24, got 25",
        () => Content(Panel(new SeriesQuery()) with { Width = 25 }));

    [Theory]
    [InlineData("One")]
    [InlineData("")]
    [InlineData("a-name-that-is-much-too-long")]
    public void Fails_when_an_id_is_none(string id) => Synth.ShouldFail(
        $"Default/Content: expected a dashboard's id in kebab-case of 1 to 24 characters, got '{id}'",
        () => new GrafanaContent(_stack, "Content", new()
        {
            Store = this,
            Dashboards = [new(id, "Title") { Panels = [Panel(new SeriesQuery())] }],
        }));

    private static Panel Panel(IPanelQuery query) => new(PanelKind.TimeSeries, "Panel", query);

    private static JsonNode Json(GrafanaContent content) => JsonNode.Parse(content.Json)!;

    private GrafanaContent Content(params Panel[] panels) => new(_stack, "Content", Props(panels));

    private GrafanaContentProps Props(params Panel[] panels) => new()
    {
        Store = this,
        Dashboards = [new("one", "One") { Panels = panels, Variables = [_device, _metrics] }],
    };
}
