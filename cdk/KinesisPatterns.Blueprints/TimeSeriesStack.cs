using System.Globalization;
using Amazon.CDK.AWS.SNS.Subscriptions;

namespace KinesisPatterns.Blueprints;

/// <summary>Readings of devices arrive on a stream, are cleansed, and become a time series to query.</summary>
public sealed class TimeSeriesStack : Stack
{
    /// <summary>Defines the layers in the order data flows through them.</summary>
    public TimeSeriesStack(Construct scope, string id, TimeSeriesStackProps props) : base(scope, id, props)
    {
        var failures = new DataBucket(this, "Failures").Bucket;
        var archive = new DataBucket(this, "Archive").Bucket;
        var functions = new PublishedFunctions(props.Functions, props.NativeAot);
        var window = props.Window.ToSeconds().ToString(CultureInfo.InvariantCulture);

        var batches = new StreamReading { BatchSize = 1_000, BatchWindow = Duration.Seconds(1) };

        var readings = new DataStream(this, "Readings", new() { MaximumRecordSize = props.MaximumRecordSize });
        var readingsArchive = new Archive(this, "ReadingsArchive", new()
        {
            Source = readings.Stream,
            Bucket = archive,
            Folder = "readings",
        });

        var cleansed = new DataStream(this, "Cleansed");

        // A rejected reading holds the whole record that came, perhaps as base64.
        var rejected = new DataStream(this, "Rejected", new() { MaximumRecordSize = Size.Kibibytes(10_240) });
        var rejectedArchive = new Archive(this, "RejectedArchive", new()
        {
            Source = rejected.Stream,
            Bucket = archive,
            Folder = "rejected",
        });

        var cleansing = new CleansingStage
        {
            Stack = this,
            Props = props,
            Functions = functions,
            Readings = readings,
            Cleansed = cleansed,
            Rejected = rejected,
            Failures = failures,
        }.Define();

        ITimeSeriesStore store = props.Store switch
        {
            SeriesStoreKind.Timestream => new TimestreamStore(this, "Store"),
            SeriesStoreKind.Influx3 => new InfluxStore(this, "Store", new() { Engine = InfluxEngine.V3Core }),
            _ => new InfluxStore(this, "Store"),
        };
        var series = new TableV2(this, "Series", new TablePropsV2
        {
            PartitionKey = new Attribute { Name = "device", Type = AttributeType.STRING },
            SortKey = new Attribute { Name = "item", Type = AttributeType.STRING },
            TimeToLiveAttribute = "expires",
            PointInTimeRecovery = true,
            RemovalPolicy = RemovalPolicy.RETAIN,
        });
        var anomalies = new AnomalyAlerts(this, "Anomalies", new() { Network = store.WriterNetwork });
        var calculator = new StreamFunction(this, "SeriesCalculator", new()
        {
            Source = cleansed,
            Function = functions.Function("SeriesCalculator") with
            {
                Environment = new Dictionary<string, string>(store.WriterEnvironment)
                {
                    ["SERIES_TABLE_NAME"] = series.TableName,
                    ["SERIES_RETENTION_DAYS"] = props.SeriesRetention.ToDays().ToString(CultureInfo.InvariantCulture),
                    ["WINDOW_SECONDS"] = window,
                    ["EVENT_BUS_NAME"] = anomalies.Bus.EventBusName,
                    ["ANOMALY_THRESHOLD"] = props.AnomalyThreshold.ToString(CultureInfo.InvariantCulture),
                    ["ANOMALY_COOLDOWN_MINUTES"] = props.AnomalyCooldown.ToMinutes().ToString(CultureInfo.InvariantCulture),
                },
                Network = store.WriterNetwork,
            },
            Reading = batches,
            Failures = new() { Bucket = failures },
        });
        store.GrantWrite(calculator);
        anomalies.GrantPut(calculator);
        series.Grant(calculator, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query");

        var query = new QueryApi(this, "Query", new()
        {
            Function = functions.Function("Query") with
            {
                Environment = new Dictionary<string, string> { ["WINDOW_SECONDS"] = window },

                // API Gateway waits no longer.
                Timeout = Duration.Seconds(29),
            },
            Table = series,
        });

        var alarms = new Alarms(
            this,
            "Alarms",
            new("ReadingsRefused", readings.MetricWriteThroughputExceeded(), Above: 0, Then:
                "Devices are throttled. Spread the partition keys; an on-demand stream doubles within minutes."),
            new("ReadingsArchiveStale", readingsArchive.MetricFreshness(), Above: 900, Then:
                "Raw readings do not reach S3 and will expire. Read the error log of the delivery stream."),
            new("RejectedArchiveStale", rejectedArchive.MetricFreshness(), Above: 900, Then:
                "Rejected readings do not reach S3 and will expire. Read the error log of the delivery stream."),
            new("QueriesFail", query.MetricServerErrors(), Above: 0, Then: "The query function fails. Read its log."));

        var topic = new AlarmTopic(this, "AlarmTopic").Topic;
        if (props.AlarmEmail is not null)
        {
            topic.AddSubscription(new EmailSubscription(props.AlarmEmail));
            anomalies.Topic.AddSubscription(new EmailSubscription(props.AlarmEmail));
        }

        cleansing.Notify(topic);
        calculator.Alarms.Notify(topic);
        anomalies.Alarms.Notify(topic);
        alarms.Notify(topic);

        var dashboards = new GrafanaContent(this, "Dashboards", new()
        {
            Store = store,
            Dashboards = TimeSeriesDashboards.All(new()
            {
                Readings = readings,
                Cleansed = cleansed,
                Rejected = rejected,
                Outcome = cleansing.Outcome,
                Functions = new Dictionary<string, StreamFunction>
                {
                    [cleansing.Name] = cleansing.Function,
                    ["series calculator"] = calculator,
                },
                Calculator = calculator,
                Job = cleansing.Job,
                Archives = new Dictionary<string, Archive>
                {
                    ["readings"] = readingsArchive,
                    ["rejected"] = rejectedArchive,
                },
                Query = query,
            }),
            Alerts = TimeSeriesDashboards.Alerts,
        });
        if (props.Grafana is { } login)
        {
            var workspace = new GrafanaWorkspace(this, "Grafana", new()
            {
                Login = login,
                Version = props.GrafanaVersion,
                Network = GrafanaNetwork.To(store),
                NotificationTopics = [topic],
                PluginAdmin = store.DataSource.IsPlugin,
            });
            new GrafanaProvisioning(this, "GrafanaContent", new()
            {
                Workspace = workspace,
                Content = dashboards,
                Function = functions.Function("GrafanaProvisioning"),
            });
            Output("GrafanaUrl", workspace.Url);
        }

        Output("ReadingsStreamName", readings.Stream.StreamName);
        Output("CleansedStreamName", cleansed.Stream.StreamName);
        Output("RejectedStreamName", rejected.Stream.StreamName);
        Output("SeriesTableName", series.TableName);
        Output("ArchiveBucketName", archive.BucketName);
        Output("FailuresBucketName", failures.BucketName);
        Output("QueryApiUrl", query.Url);
        Output("SeriesStoreUrl", store.Url);
    }

    private void Output(string name, string value) => new CfnOutput(this, name, new CfnOutputProps { Value = value });
}
