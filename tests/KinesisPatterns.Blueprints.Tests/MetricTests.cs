namespace KinesisPatterns.Blueprints.Tests;

public sealed class MetricTests
{
    private static readonly JsonNode[] _catalogue =
    [
        .. JsonNode.Parse(File.ReadAllText(Path.Combine(Blueprint.Setting("Snapshots"), "metrics.json")))!.AsArray().Select(entry => entry!),
    ];

    public static TheoryData<string> Names => Blueprint.Checked;

    public static TheoryData<string> WithDashboards => [.. Blueprint.Names.Select(row => row.Data).Where(name => Blueprint.GrafanaContents(name).Count > 0)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_alarm_and_every_dashboard_names_a_metric_that_there_is(string name)
    {
        var template = Blueprint.Template(name);
        var alarms = MetricUse.In(template).ToArray();
        var content = Blueprint.GrafanaContents(name);
        var dashboards = MetricUse.InGrafana(content).ToArray();

        Assert.NotEmpty(alarms);
        Assert.Equal(content.Count > 0, dashboards.Length > 0);
        Assert.All(alarms.Concat(dashboards), use => Assert.Null(Problem(use, template)));
    }

    [Theory]
    [MemberData(nameof(WithDashboards))]
    public void Every_dashboard_for_Grafana_names_a_metric_that_there_is(string name)
    {
        var uses = MetricUse.OfGrafana(name, Blueprint.GrafanaContent(name)).ToArray();

        Assert.NotEmpty(uses);
        Assert.All(uses, use => Assert.Null(Problem(use, Blueprint.Template(name))));
    }

    [Fact]
    public void The_metrics_of_alarms_are_found_with_and_without_calculation() => Assert.Equal(
        ["One AWS/A m d=Job", "Sum AWS/A n d=Job"],
        Texts("""
            {
              "One": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": { "Namespace": "AWS/A", "MetricName": "m", "Dimensions": [{ "Name": "d", "Value": { "Ref": "Job" } }] }
              },
              "Sum": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                  "Metrics": [
                    { "Expression": "DIFF(total)", "Id": "e" },
                    {
                      "Id": "total",
                      "MetricStat": { "Metric": { "Namespace": "AWS/A", "MetricName": "n", "Dimensions": [{ "Name": "d", "Value": { "Ref": "Job" } }] } }
                    }
                  ]
                }
              }
            }
            """));

    [Fact]
    public void The_metrics_of_a_CloudWatch_dashboard_are_found_in_its_short_hand() => Assert.Equal(
        ["Board AWS/A m d=Job", "Board AWS/A n d=Job", "Board AWS/A n d=other"],
        Texts("""
            {
              "Board": {
                "Type": "AWS::CloudWatch::Dashboard",
                "Properties": {
                  "DashboardBody": {
                    "Fn::Join": ["", [
                      "{\"widgets\":[{\"type\":\"text\"},{\"properties\":{\"metrics\":[[{\"expression\":\"a+b\"}],[\"AWS/A\",\"m\",\"d\",\"", { "Ref": "Job" },
                      "\"],[\".\",\"n\",\".\",\".\",{\"stat\":\"Sum\"}],[\"...\",\"other\"]]}}]}"
                    ]]
                  }
                }
              }
            }
            """));

    [Fact]
    public void The_metrics_of_a_Grafana_dashboard_are_found_in_a_custom_resource() => Assert.Equal(
        ["Text AWS/A m d=Job", "Tree AWS/A m d=$job"],
        Texts("""
            {
              "Text": {
                "Type": "Custom::Dashboards",
                "Properties": {
                  "Fleet": { "Fn::Join": ["", ["{\"panels\":[{\"targets\":[{\"namespace\":\"AWS/A\",\"metricName\":\"m\",\"dimensions\":{\"d\":\"", { "Ref": "Job" }, "\"}}]}]}"]] }
                }
              },
              "Tree": {
                "Type": "Custom::Dashboards",
                "Properties": { "Panels": [{ "namespace": "AWS/A", "metricName": "m", "dimensions": { "d": ["$job"] } }] }
              }
            }
            """));

    [Theory]
    [InlineData("AWS/Kinesis", "IncomingRecord", "StreamName", "AWS/Kinesis IncomingRecord is in no catalogue")]
    [InlineData("AWS/Kinesis", "IncomingRecords", "Stream", "AWS/Kinesis IncomingRecords has no dimensions Stream")]
    [InlineData("AWS/KinesisAnalytics", "fullRestarts", "Application", "AWS/KinesisAnalytics fullRestarts is not of FLINK-2_2")]
    [InlineData("AWS/KinesisAnalytics", "numRestarts", "Application", null)]
    public void A_metric_that_is_not_there_is_found(string space, string metric, string dimension, string? problem)
    {
        var template = JsonNode.Parse("""
            {
              "Resources": {
                "Job": { "Type": "AWS::KinesisAnalyticsV2::Application", "Properties": { "ApplicationName": "job", "RuntimeEnvironment": "FLINK-2_2" } }
              }
            }
            """)!;

        Assert.Equal(
            problem is null ? null : $"Alarm: {problem}",
            Problem(new("Alarm", space, metric, new Dictionary<string, string> { [dimension] = "job" }), template));
    }

    private static IEnumerable<string> Texts(string resources) =>
        MetricUse.In(new JsonObject { ["Resources"] = JsonNode.Parse(resources) }).Select(use =>
            $"{use.Where} {use.Namespace} {use.Metric} {string.Join(',', use.Dimensions.Select(dimension => $"{dimension.Key}={dimension.Value}"))}");

    private static string? Problem(MetricUse use, JsonNode template)
    {
        var what = $"{use.Where}: {use.Namespace} {use.Metric}";
        if (_catalogue.FirstOrDefault(entry => (string)entry["namespace"]! == use.Namespace && (string)entry["metric"]! == use.Metric) is not { } metric)
        {
            return $"{what} is in no catalogue";
        }

        var names = use.Dimensions.Keys.Order(StringComparer.Ordinal);
        if (!metric["dimensions"]!.AsArray().Any(set => set!.AsArray().Select(name => (string)name!).SequenceEqual(names)))
        {
            return $"{what} has no dimensions {string.Join(", ", names)}";
        }

        return metric["flink"] is JsonArray lines
            ? Runtimes(use, template).Where(runtime => !lines.Any(line => runtime.StartsWith($"FLINK-{line}_", StringComparison.Ordinal)))
                .Select(runtime => $"{what} is not of {runtime}").FirstOrDefault()
            : null;
    }

    /// <summary>The version of Flink of the application meant, or of all when that is only known on the dashboard.</summary>
    private static IEnumerable<string> Runtimes(MetricUse use, JsonNode template)
    {
        var applications = template["Resources"]!.AsObject()
            .Where(resource => (string?)resource.Value!["Type"] == "AWS::KinesisAnalyticsV2::Application")
            .ToArray();
        var named = use.Dimensions["Application"];
        var meant = applications.Where(application =>
            application.Key == named || (string?)application.Value!["Properties"]!["ApplicationName"] == named).ToArray();
        return (meant.Length > 0 ? meant : applications).Select(application => (string)application.Value!["Properties"]!["RuntimeEnvironment"]!);
    }
}
