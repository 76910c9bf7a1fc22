using System.Globalization;
using Amazon.CDK.AWS.Timestream;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="TimestreamStore"/>.</summary>
public sealed record TimestreamStoreProps
{
    /// <summary>How long readings stay in memory, where queries are fast: 1 to 8,766 hours.</summary>
    /// <remarks>https://docs.aws.amazon.com/timestream/latest/developerguide/API_RetentionProperties.html</remarks>
    public Duration InMemory { get; init; } = Duration.Days(1);

    /// <summary>How long they stay on disk after that: 1 to 73,000 days.</summary>
    public Duration OnDisk { get; init; } = Duration.Days(365);
}

/// <summary>
/// Amazon Timestream for LiveAnalytics, which only accounts that have used it before 20 June 2025 can create.
/// </summary>
/// <remarks>
/// https://docs.aws.amazon.com/timestream/latest/developerguide/AmazonTimestreamForLiveAnalytics-availability-change.html
/// </remarks>
public sealed class TimestreamStore : Construct, ITimeSeriesStore
{
    private const string Folder = "rejected";
    private const string Closed = "kinesis-patterns:liveAnalytics";

    private static readonly string[] _deprecation = ["W3697"];

    private readonly CfnTable _table;
    private readonly Bucket _rejected;

    /// <summary>Defines the database, its table and the bucket for late readings that the table refuses.</summary>
    public TimestreamStore(Construct scope, string id, TimestreamStoreProps? props = null) : base(scope, id)
    {
        props ??= new();
        Ensure.InRange(this, props.InMemory, Duration.Hours(1), Duration.Hours(8_766));
        Ensure.InRange(this, props.OnDisk, Duration.Days(1), Duration.Days(73_000));
        Annotations.Of(this).AddWarningV2(
            Closed,
            "Timestream for LiveAnalytics is closed to new customers since 20 June 2025: an account that has not used it "
            + "cannot create it. InfluxStore is there for every account.");

        var rejected = new DataBucket(this, "Rejected").Bucket;
        var database = new CfnDatabase(this, "Database");
        database.ApplyRemovalPolicy(RemovalPolicy.RETAIN);
        AcceptDeprecation(database);
        database.Acknowledge("AwsSolutions-TS3", "The service's own key encrypts it; a customer key is the account's to decide.");
        _table = new CfnTable(this, "Resource", new CfnTableProps
        {
            DatabaseName = database.Ref,
            RetentionProperties = new Dictionary<string, object>
            {
                ["MemoryStoreRetentionPeriodInHours"] = Whole(props.InMemory.ToHours()),
                ["MagneticStoreRetentionPeriodInDays"] = Whole(props.OnDisk.ToDays()),
            },

            // Readings older than what is in memory are written to disk; those that it refuses end in the bucket.
            // (As JSON, because the CDK hands its own type on with names that CloudFormation does not know.)
            MagneticStoreWriteProperties = new Dictionary<string, object>
            {
                ["EnableMagneticStoreWrites"] = true,
                ["MagneticStoreRejectedDataLocation"] = new Dictionary<string, object>
                {
                    ["S3Configuration"] = new Dictionary<string, object>
                    {
                        ["BucketName"] = rejected.BucketName,
                        ["EncryptionOption"] = "SSE_S3",
                        ["ObjectKeyPrefix"] = Folder,
                    },
                },
            },
        });
        _table.ApplyRemovalPolicy(RemovalPolicy.RETAIN);
        AcceptDeprecation(_table);
        _rejected = rejected;

        Url = Fn.Join("", ["https://query.timestream.", Aws.REGION, ".", Aws.URL_SUFFIX]);
        WriterEnvironment = new Dictionary<string, string>
        {
            ["SERIES_STORE"] = "timestream",
            ["TIMESTREAM_DATABASE"] = database.Ref,
            ["TIMESTREAM_TABLE"] = _table.AttrName,
        };
        DataSource = new TimestreamDataSource(database.Ref, _table.AttrName, _table.AttrArn);
    }

    /// <summary>Where queries are answered.</summary>
    public string Url { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> WriterEnvironment { get; }

    /// <summary>Null: the service is not in a VPC.</summary>
    public FunctionNetwork? WriterNetwork => null;

    /// <inheritdoc/>
    public ISeriesDataSource DataSource { get; }

    /// <summary>Lets <paramref name="writer"/> write records into the table.</summary>
    /// <remarks>https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazontimestream.html</remarks>
    public Grant GrantWrite(IGrantable writer)
    {
        var grant = writer.Allow(["timestream:WriteRecords"], _table.AttrArn);

        // What the table refuses later is written with the rights of whoever wrote the record.
        writer.Allow(["s3:PutObject"], _rejected.ArnForObjects($"{Folder}/*"));
        if (writer.GrantPrincipal is Role role)
        {
            FunctionRole.Policy(role).Acknowledge(
                "AwsSolutions-IAM5",
                "Timestream names the objects under this folder, and the endpoints it is asked for have no resource.",
                $"/^Resource::.*/{Folder}/\\*$/");
        }

        // The action has no resource: https://docs.aws.amazon.com/timestream/latest/developerguide/Using-API.endpoint-discovery.html
        writer.Allow(["timestream:DescribeEndpoints"], "*");
        return grant;
    }

    // W3697: the service is closed to new customers, which the warning above says better.
    private static void AcceptDeprecation(CfnResource resource) => resource.AddMetadata("cfn-lint", new Dictionary<string, object>
    {
        ["config"] = new Dictionary<string, object> { ["ignore_checks"] = _deprecation },
    });

    private static string Whole(double number) => number.ToString("0", CultureInfo.InvariantCulture);
}
