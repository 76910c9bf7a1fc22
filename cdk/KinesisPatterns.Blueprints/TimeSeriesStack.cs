using System.Globalization;

namespace KinesisPatterns.Blueprints;

/// <summary>Readings of devices arrive on a stream, are cleansed, and become a time series to query.</summary>
public sealed class TimeSeriesStack : Stack
{
    /// <summary>Defines the layers in the order data flows through them.</summary>
    public TimeSeriesStack(Construct scope, string id, TimeSeriesStackProps props) : base(scope, id, props)
    {
        var failures = new DataBucket(this, "Failures").Bucket;
        var archive = new DataBucket(this, "Archive").Bucket;

        var readings = new DataStream(this, "Readings", new() { MaximumRecordSize = props.MaximumRecordSize });
        new Archive(this, "ReadingsArchive", new() { Source = readings.Stream, Bucket = archive, Folder = "readings" });

        var cleansed = new DataStream(this, "Cleansed");
        var rejected = new DataStream(this, "Rejected", new() { MaximumRecordSize = Size.Kibibytes(10_240) });
        new Archive(this, "RejectedArchive", new() { Source = rejected.Stream, Bucket = archive, Folder = "rejected" });

        var cleansing = new StreamFunction(this, "Cleansing", new()
        {
            Source = readings,
            Function = new()
            {
                Code = FunctionCode.FromPublished(Path.Combine(props.Functions, "Cleansing"), new Dictionary<string, string>
                {
                    ["cleansing-rules.json"] = props.Rules.ToJson(),
                }),
                Environment = new Dictionary<string, string>
                {
                    ["CLEANSED_STREAM_NAME"] = cleansed.Stream.StreamName,
                    ["REJECTED_STREAM_NAME"] = rejected.Stream.StreamName,
                    ["CLEANSING_RULES_FILE"] = "cleansing-rules.json",
                },
            },
            Failures = new() { Bucket = failures },
        });
        cleansed.GrantWrite(cleansing);
        rejected.GrantWrite(cleansing);

        var series = new TableV2(this, "Series", new TablePropsV2
        {
            PartitionKey = new Attribute { Name = "device", Type = AttributeType.STRING },
            SortKey = new Attribute { Name = "item", Type = AttributeType.STRING },
            TimeToLiveAttribute = "expires",
            PointInTimeRecovery = true,
            RemovalPolicy = RemovalPolicy.RETAIN,
        });
        var store = new InfluxStore(this, "Store");
        var window = props.Window.ToSeconds().ToString(CultureInfo.InvariantCulture);

        var calculator = new StreamFunction(this, "SeriesCalculator", new()
        {
            Source = cleansed,
            Function = new()
            {
                Code = FunctionCode.FromPublished(Path.Combine(props.Functions, "SeriesCalculator")),
                Environment = new Dictionary<string, string>(store.WriterEnvironment)
                {
                    ["SERIES_TABLE_NAME"] = series.TableName,
                    ["SERIES_RETENTION_DAYS"] = props.SeriesRetention.ToDays().ToString(CultureInfo.InvariantCulture),
                    ["WINDOW_SECONDS"] = window,
                },
                Network = store.WriterNetwork,
            },
            Failures = new() { Bucket = failures },
        });
        store.GrantWrite(calculator);
        series.Grant(calculator, "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem");

        var query = new QueryApi(this, "Query", new()
        {
            Function = new()
            {
                Code = FunctionCode.FromPublished(Path.Combine(props.Functions, "Query")),
                Environment = new Dictionary<string, string> { ["WINDOW_SECONDS"] = window },
            },
            Table = series,
        });

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
