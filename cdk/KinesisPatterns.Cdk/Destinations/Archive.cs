using Amazon.CDK.AWS.KinesisFirehose;

namespace KinesisPatterns.Cdk;

/// <summary>Options for an <see cref="Archive"/>.</summary>
public sealed record ArchiveProps
{
    /// <summary>The stream whose records are kept.</summary>
    public required IStream Source { get; init; }

    /// <summary>Where they are kept; null makes a bucket.</summary>
    public IBucket? Bucket { get; init; }

    /// <summary>The folder in the bucket, for a bucket that several archives share; null is its root.</summary>
    public string? Folder { get; init; }

    /// <summary>A function that transforms records on their way; null keeps them as they came.</summary>
    public IFunction? Transform { get; init; }

    /// <summary>An object is written when this much has arrived: 1 to 128 MiB.</summary>
    public Size BufferSize { get; init; } = Size.Mebibytes(64);

    /// <summary>An object is written at the latest after this time: 0 to 900 seconds.</summary>
    public Duration BufferInterval { get; init; } = Duration.Minutes(5);
}

/// <summary>
/// Keeps every record of a stream in S3, one per line, compressed, under the hour in which it arrived.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html</remarks>
public sealed class Archive : Construct
{
    private const string Dated =
        "data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/";

    private const string Errors =
        "errors/!{firehose:error-output-type}/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/";

    private readonly CfnDeliveryStream _delivery;

    /// <summary>Defines the delivery.</summary>
    public Archive(Construct scope, string id, ArchiveProps props) : base(scope, id)
    {
        Ensure.InRange(this, props.BufferSize, Size.Mebibytes(1), Size.Mebibytes(128));
        Ensure.InRange(this, props.BufferInterval, Duration.Seconds(0), Duration.Seconds(900));

        Bucket = props.Bucket ?? new DataBucket(this, "Bucket").Bucket;
        var folder = props.Folder is null ? "" : $"{props.Folder.Trim('/')}/";
        var log = Logs.In(this, "Logs");
        var logStream = log.AddStream("S3Delivery");
        var role = ArchiveRole.In(this, props, Bucket, folder, log);

        _delivery = new CfnDeliveryStream(this, "Resource", new CfnDeliveryStreamProps
        {
            DeliveryStreamType = "KinesisStreamAsSource",
            KinesisStreamSourceConfiguration = new CfnDeliveryStream.KinesisStreamSourceConfigurationProperty
            {
                KinesisStreamArn = props.Source.StreamArn,
                RoleArn = role.RoleArn,
            },
            ExtendedS3DestinationConfiguration = new CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty
            {
                BucketArn = Bucket.BucketArn,
                RoleArn = role.RoleArn,
                Prefix = folder + Dated,
                ErrorOutputPrefix = folder + Errors,
                CompressionFormat = "GZIP",
                BufferingHints = new CfnDeliveryStream.BufferingHintsProperty
                {
                    SizeInMBs = props.BufferSize.ToMebibytes(),
                    IntervalInSeconds = props.BufferInterval.ToSeconds(),
                },
                CloudWatchLoggingOptions = new CfnDeliveryStream.CloudWatchLoggingOptionsProperty
                {
                    Enabled = true,
                    LogGroupName = log.LogGroupName,
                    LogStreamName = logStream.LogStreamName,
                },
                ProcessingConfiguration = new CfnDeliveryStream.ProcessingConfigurationProperty
                {
                    Enabled = true,
                    Processors = Processors(props.Transform),
                },
            },
        });

        // Firehose tries its role when it is created.
        _delivery.Node.AddDependency(FunctionRole.Policy(role));
        _delivery.Acknowledge(
            "AwsSolutions-KDF1",
            "The source is a Kinesis stream, encrypted itself: Firehose encrypts only what is put directly.");
    }

    /// <summary>The bucket that keeps the records.</summary>
    public IBucket Bucket { get; }

    /// <summary>Age of the oldest record that has not reached S3, in seconds (maximum).</summary>
    public Metric MetricFreshness(IMetricOptions? options = null) =>
        DeliveryMetric("DeliveryToS3.DataFreshness", "Maximum", options);

    /// <summary>Share of the writes to S3 that succeeded: 0 to 1 (average).</summary>
    public Metric MetricSuccess(IMetricOptions? options = null) =>
        DeliveryMetric("DeliveryToS3.Success", "Average", options);

    private static CfnDeliveryStream.ProcessorProperty[] Processors(IFunction? transform)
    {
        var delimit = Processor("AppendDelimiterToRecord", "Delimiter", "\\n");
        return transform is null ? [delimit] : [Processor("Lambda", "LambdaArn", transform.FunctionArn), delimit];
    }

    private static CfnDeliveryStream.ProcessorProperty Processor(string type, string name, string value) => new()
    {
        Type = type,
        Parameters = new[]
        {
            new CfnDeliveryStream.ProcessorParameterProperty { ParameterName = name, ParameterValue = value },
        },
    };

    private Metric DeliveryMetric(string name, string statistic, IMetricOptions? options) => new Metric(new MetricProps
    {
        Namespace = "AWS/Firehose",
        MetricName = name,
        Statistic = statistic,
        DimensionsMap = new Dictionary<string, string> { ["DeliveryStreamName"] = _delivery.Ref },
    }).AttachTo(this).With(options ?? new MetricOptions());
}
