using Amazon.CDK;
using Amazon.CDK.Assertions;
using KinesisPatterns.Cdk;
using KinesisPatterns.Cdk.Tests;

namespace KinesisPatterns.Blueprints.Tests;

public sealed class TimeSeriesStackTests
{
    [Fact]
    public void Puts_out_what_its_users_need_and_nothing_else() =>
        Assert.Equal(
            [
                "ArchiveBucketName", "CleansedStreamName", "FailuresBucketName", "QueryApiUrl", "ReadingsStreamName",
                "RejectedStreamName", "SeriesStoreUrl", "SeriesTableName",
            ],
            Blueprint.Template("TimeSeries")["Outputs"]!.AsObject().Select(output => output.Key).Order());

    [Theory]
    [InlineData("TimeSeriesFlink", true)]
    [InlineData("TimeSeries", false)]
    public void The_pipelines_dashboard_shows_the_job_where_one_cleanses(string name, bool shown)
    {
        var dashboards = Blueprint.GrafanaContents(name).ToJsonString();

        foreach (var metric in (string[])["numRestarts", "numberOfFailedCheckpoints", "lastCheckpointDuration", "cpuUtilization"])
        {
            Assert.Equal(shown, dashboards.Contains(metric, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Its_functions_get_the_environment_they_expect()
    {
        var environments = Blueprint.Environments("TimeSeries");

        Assert.Equal(
            ["CLEANSED_STREAM_NAME", "CLEANSING_RULES_FILE", "REJECTED_STREAM_NAME"],
            environments["KinesisPatterns.Lambdas.Cleansing"]);
        Assert.Equal(
            [
                "ANOMALY_COOLDOWN_MINUTES", "ANOMALY_THRESHOLD", "EVENT_BUS_NAME", "INFLUX_BUCKET", "INFLUX_ORGANIZATION", "INFLUX_SECRET_ARN", "INFLUX_URL", "SERIES_RETENTION_DAYS",
                "SERIES_STORE", "SERIES_TABLE_NAME", "WINDOW_SECONDS",
            ],
            environments["KinesisPatterns.Lambdas.SeriesCalculator"]);
        Assert.Equal(["SERIES_TABLE_NAME", "WINDOW_SECONDS"], environments["KinesisPatterns.Lambdas.Query"]);
    }

    [Fact]
    public void The_rules_lie_beside_the_code_of_the_cleansing_function()
    {
        var assembly = Path.GetDirectoryName(Blueprint.TemplateFile("TimeSeries"))!;

        var file = Assert.Single(Directory.GetFiles(assembly, "cleansing-rules.json", SearchOption.AllDirectories));

        Assert.Equal(TimeSeriesRules.Default.ToJson(), File.ReadAllText(file));
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "KinesisPatterns.Lambdas.Cleansing.dll")));
    }

    [Theory]
    [InlineData("temperature", "fahrenheit", 212, 100)]
    [InlineData("temperature", "kelvin", 273.15, 0)]
    [InlineData("pressure", "pascal", 101_325, 1_013.25)]
    [InlineData("power", "kilowatt", 1.5, 1_500)]
    public void Its_rules_convert_units(string metric, string unit, double value, double expected)
    {
        var (factor, offset) = TimeSeriesRules.Default.Metrics[metric].Conversions[unit];

        Assert.Equal(expected, (value * factor) + offset, precision: 9);
    }

    [Fact]
    public void Rejected_readings_may_be_as_large_as_Kinesis_allows()
    {
        var stream = Blueprint.Resources("TimeSeries")
            .Where(resource => resource.Id.StartsWith("Rejected", StringComparison.Ordinal))
            .Single(resource => (string?)resource.Resource["Type"] == "AWS::Kinesis::Stream");

        Assert.Equal(10_240, (int?)stream.Resource["Properties"]!["MaxRecordSizeInKiB"]);
    }

    [Fact]
    public void Takes_lateness_and_clock_error_from_the_command_line()
    {
        var props = TimeSeriesStackProps.From(App(
            ("TimeSeries:maximumLatenessSeconds", "7200"), ("TimeSeries:maximumAheadSeconds", "5")));

        Assert.Equal(7_200, props.Rules.MaximumLateness.ToSeconds());
        Assert.Equal(5, props.Rules.MaximumAhead.ToSeconds());
    }

    [Fact]
    public void Keeps_its_defaults_without_them()
    {
        var props = TimeSeriesStackProps.From(App());

        Assert.Equal(86_400, props.Rules.MaximumLateness.ToSeconds());
        Assert.Equal(300, props.Rules.MaximumAhead.ToSeconds());
        Assert.Equal(60, props.Window.ToSeconds());
        Assert.Equal(30, props.SeriesRetention.ToDays());
        Assert.Null(props.MaximumRecordSize);
        Assert.False(props.NativeAot);
        Assert.Null(props.AlarmEmail);
        Assert.Equal((0.99, 60), (props.AnomalyThreshold, props.AnomalyCooldown.ToMinutes()));
    }

    [Fact]
    public void Takes_what_an_anomaly_is_from_the_command_line()
    {
        var props = TimeSeriesStackProps.From(App(
            ("TimeSeries:anomalyThreshold", "0.999"), ("TimeSeries:anomalyCooldownMinutes", "5")));

        Assert.Equal((0.999, 5), (props.AnomalyThreshold, props.AnomalyCooldown.ToMinutes()));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("NaN")]
    [InlineData("often")]
    public void Fails_when_the_threshold_is_no_share(string value)
    {
        var error = Assert.Throws<ArgumentException>(() => TimeSeriesStackProps.From(App(("TimeSeries:anomalyThreshold", value))));

        Assert.Equal($"context TimeSeries:anomalyThreshold: expected a number of 0 to 1, got {value}", error.Message);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("NaN")]
    public void Fails_when_the_command_line_gives_no_seconds(string value)
    {
        var error = Assert.Throws<ArgumentException>(
            () => TimeSeriesStackProps.From(App(("TimeSeries:maximumLatenessSeconds", value))));

        Assert.Equal(
            $"context TimeSeries:maximumLatenessSeconds: expected seconds of 0 or more, got {value}", error.Message);
    }

    [Fact]
    public void Takes_window_retention_and_record_size_from_the_command_line()
    {
        var props = TimeSeriesStackProps.From(App(
            ("TimeSeries:windowSeconds", "10"),
            ("TimeSeries:seriesRetentionDays", "7"),
            ("TimeSeries:maximumRecordKiB", "2048")));

        Assert.Equal(10, props.Window.ToSeconds());
        Assert.Equal(7, props.SeriesRetention.ToDays());
        Assert.Equal(2_048, props.MaximumRecordSize?.ToKibibytes());
    }

    [Theory]
    [InlineData("windowSeconds", "1", "86400")]
    [InlineData("seriesRetentionDays", "1", "36500")]
    [InlineData("maximumRecordKiB", "1024", "10240")]
    public void Takes_the_ends_of_each_range(string key, string least, string most)
    {
        TimeSeriesStackProps.From(App(($"TimeSeries:{key}", least)));
        TimeSeriesStackProps.From(App(($"TimeSeries:{key}", most)));
    }

    [Theory]
    [InlineData("windowSeconds", "0", "1 to 86,400")]
    [InlineData("windowSeconds", "86401", "1 to 86,400")]
    [InlineData("windowSeconds", "1.5", "1 to 86,400")]
    [InlineData("windowSeconds", "a minute", "1 to 86,400")]
    [InlineData("windowSeconds", "", "1 to 86,400")]
    [InlineData("seriesRetentionDays", "0", "1 to 36,500")]
    [InlineData("seriesRetentionDays", "36501", "1 to 36,500")]
    [InlineData("seriesRetentionDays", "-7", "1 to 36,500")]
    [InlineData("maximumRecordKiB", "1023", "1,024 to 10,240")]
    [InlineData("maximumRecordKiB", "10241", "1,024 to 10,240")]
    public void Fails_when_the_command_line_gives_no_whole_number_in_range(string key, string value, string range)
    {
        var error = Assert.Throws<ArgumentException>(
            () => TimeSeriesStackProps.From(App(($"TimeSeries:{key}", value))));

        Assert.Equal($"context TimeSeries:{key}: expected a whole number of {range}, got {value}", error.Message);
    }

    [Fact]
    public void Mails_alarms_to_whoever_is_named()
    {
        var stack = new TimeSeriesStack(new App(), "TimeSeries", new()
        {
            Functions = Blueprint.Functions(),
            AlarmEmail = "me@example.com",
        });

        Template.FromStack(stack).HasResourceProperties("AWS::SNS::Subscription", new Dictionary<string, object>
        {
            ["Protocol"] = "email",
            ["Endpoint"] = "me@example.com",
        });
    }

    [Fact]
    public void Runs_functions_that_were_compiled_ahead_of_time()
    {
        var folder = Published.Folder();
        foreach (var role in Blueprint.Roles)
        {
            Directory.Move(Published.Native("bootstrap", machine: 62), Path.Combine(folder, role));
        }

        var stack = new TimeSeriesStack(new App(), "TimeSeries", new() { Functions = folder, NativeAot = true });

        Template.FromStack(stack).AllResourcesProperties("AWS::Lambda::Function", new Dictionary<string, object>
        {
            ["Runtime"] = "provided.al2023",
            ["Handler"] = "bootstrap",
        });
    }

    [Fact]
    public void Fails_with_the_remedy_when_the_functions_are_not_published()
    {
        var error = Assert.Throws<ArgumentException>(
            () => new TimeSeriesStack(new App(), "TimeSeries", new() { Functions = "nowhere", NativeAot = true }));

        Assert.Equal(
            $"{Path.Combine("nowhere", "Cleansing")}: expected the published function Cleansing, got no such folder. "
            + "Publish the functions first: dotnet build lambdas/Functions.proj -p:NativeAot=true",
            error.Message);
    }

    [Theory]
    [InlineData("none")]
    [InlineData(null)]
    public void Makes_no_workspace_unless_it_is_told_how_people_log_in(string? value) => Assert.Null(
        TimeSeriesStackProps.From(value is null ? App() : App(("TimeSeries:grafana", value))).Grafana);

    [Fact]
    public void Takes_from_the_command_line_how_people_log_in_to_Grafana()
    {
        (string Key, string Value)[] saml =
            [("TimeSeries:grafanaSamlMetadataUrl", "https://idp.example"), ("TimeSeries:grafanaSamlAdmins", "role=admins")];

        Assert.Same(GrafanaLogin.IdentityCenter, TimeSeriesStackProps.From(App(("TimeSeries:grafana", "sso"))).Grafana);
        Assert.Same(GrafanaLogin.SamlLater, TimeSeriesStackProps.From(App(("TimeSeries:grafana", "saml"))).Grafana);
        Assert.NotSame(
            GrafanaLogin.SamlLater, TimeSeriesStackProps.From(App([("TimeSeries:grafana", "saml"), .. saml])).Grafana);
        Assert.Equal("10.4", TimeSeriesStackProps.From(App(("TimeSeries:grafanaVersion", "10.4"))).GrafanaVersion);
    }

    [Theory]
    [InlineData("grafana", "ldap", "grafana: expected none, sso or saml, got ldap")]
    [InlineData("grafanaSamlMetadataUrl", "https://idp.example", "grafana: expected sso or saml with grafanaSamlMetadataUrl, got nothing")]
    [InlineData("grafanaSamlAdmins", "role=admins", "grafanaSamlMetadataUrl: expected an address with grafanaSamlAdmins, got nothing")]
    public void Fails_when_the_command_line_says_how_to_log_in_by_halves(string key, string value, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => TimeSeriesStackProps.From(App(($"TimeSeries:{key}", value))));

        Assert.Equal($"context TimeSeries:{message}", error.Message);
    }

    [Fact]
    public void What_is_written_into_Grafana_lies_beside_the_code_of_the_function_that_writes_it()
    {
        var assembly = Path.GetDirectoryName(Blueprint.TemplateFile("TimeSeriesGrafana"))!;

        var file = Assert.Single(Directory.GetFiles(assembly, "grafana.json", SearchOption.AllDirectories));

        Assert.True(JsonNode.DeepEquals(Blueprint.GrafanaContent("TimeSeriesGrafana"), JsonNode.Parse(File.ReadAllText(file))));
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "KinesisPatterns.Lambdas.GrafanaProvisioning.dll")));
    }

    private static Constructs.Node App(params (string Key, string Value)[] context) => new App(new AppProps
    {
        Context = context.ToDictionary(setting => setting.Key, setting => (object)setting.Value),
    }).Node;
}
