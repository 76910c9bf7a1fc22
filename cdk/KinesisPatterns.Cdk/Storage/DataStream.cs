using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="DataStream"/>.</summary>
public sealed record DataStreamProps
{
    /// <summary>On demand, or a fixed number of shards.</summary>
    public StreamCapacity Capacity { get; init; } = StreamCapacity.OnDemand();

    /// <summary>How long records stay readable: 1 to 365 days.</summary>
    public Duration Retention { get; init; } = Duration.Days(1);

    /// <summary>Customer key for records at rest; null uses the AWS-managed one.</summary>
    public IKey? Key { get; init; }

    /// <summary>
    /// The largest record the stream takes: 1,024 to 10,240 KiB; null leaves Kinesis's own limit of 1,024.
    /// </summary>
    /// <remarks>https://docs.aws.amazon.com/streams/latest/dev/large-records.html</remarks>
    public Size? MaximumRecordSize { get; init; }

    /// <summary>Metrics that CloudWatch keeps for every shard, at extra cost.</summary>
    public IReadOnlyCollection<ShardMetric> ShardMetrics { get; init; } = [];

    /// <summary>What happens to the records when the stream leaves the stack.</summary>
    public RemovalPolicy RemovalPolicy { get; init; } = RemovalPolicy.RETAIN;
}

/// <summary>
/// An encrypted Kinesis data stream that scales on demand and survives its stack unless told otherwise.
/// </summary>
public sealed class DataStream : Construct, IRecordSource
{
    private readonly StreamCapacity _capacity;
    private int _consumers;

    /// <summary>Defines the stream.</summary>
    public DataStream(Construct scope, string id, DataStreamProps? props = null) : base(scope, id)
    {
        props ??= new();
        props.Capacity.EnsureValid(this);
        Ensure.InRange(this, props.Retention, Duration.Days(1), Duration.Days(365));
        Ensure.InRange(this, props.MaximumRecordSize, Size.Kibibytes(1_024), Size.Kibibytes(10_240));

        _capacity = props.Capacity;
        Retention = props.Retention;
        var stream = new Stream(this, "Resource", new StreamProps
        {
            StreamMode = _capacity.Shards is null ? StreamMode.ON_DEMAND : StreamMode.PROVISIONED,
            ShardCount = _capacity.Shards,
            RetentionPeriod = props.Retention,
            Encryption = props.Key is null ? StreamEncryption.MANAGED : StreamEncryption.KMS,
            EncryptionKey = props.Key,
        });
        stream.ApplyRemovalPolicy(props.RemovalPolicy);
        Stream = stream;

        var resource = (CfnStream)stream.Node.DefaultChild!;
        resource.Set("MaxRecordSizeInKiB", props.MaximumRecordSize?.ToKibibytes());
        resource.Set("WarmThroughputMiBps", _capacity.WarmThroughputMiBps);
        if (props.ShardMetrics.Count > 0)
        {
            resource.Set("DesiredShardLevelMetrics", props.ShardMetrics.Select(metric => metric.ToString()).ToArray());
        }

        if (props.Key is not null)
        {
            stream.Acknowledge(
                "AwsSolutions-KDS3", "A customer key was asked for, to be rotated and revoked by its owner.");
        }
    }

    /// <summary>The underlying L2; its <c>Node.DefaultChild</c> is the <see cref="CfnStream"/>.</summary>
    public IStream Stream { get; }

    /// <summary>How long records stay readable, from which alarms and retries derive their limits.</summary>
    public Duration Retention { get; }

    /// <inheritdoc/>
    public string SourceArn => Stream.StreamArn;

    /// <summary>Registers an enhanced fan-out consumer: at most 20, or 50 with On-demand Advantage.</summary>
    /// <remarks>https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html</remarks>
    public FanOutConsumer AddConsumer(string id)
    {
        Ensure.That(
            _consumers < _capacity.MaximumConsumers,
            this,
            $"at most {_capacity.MaximumConsumers} fan-out consumers",
            $"one more, '{id}'");
        _consumers++;

        return new FanOutConsumer(this, id);
    }

    /// <summary>
    /// Gives <paramref name="vpc"/> a private way to Kinesis whose policy admits this stream and this account only.
    /// </summary>
    /// <remarks>
    /// A VPC can have one such endpoint with private DNS. https://docs.aws.amazon.com/streams/latest/dev/vpc.html
    /// </remarks>
    public InterfaceVpcEndpoint AddInterfaceEndpoint(string id, IVpc vpc) => StreamEndpoint.In(vpc, this, id, Stream);

    /// <summary>Lets <paramref name="producer"/> put records, including use of the key.</summary>
    public Grant GrantWrite(IGrantable producer) => Stream.GrantWrite(producer);

    /// <summary>Lets <paramref name="reader"/> read records, including use of the key.</summary>
    public Grant GrantRead(IGrantable reader) => Stream.GrantRead(reader);

    /// <summary>Lets <paramref name="grantee"/> put and read records, including use of the key.</summary>
    public Grant GrantReadWrite(IGrantable grantee) => Stream.GrantReadWrite(grantee);

    /// <summary>How far the slowest polling reader lags, in milliseconds (maximum).</summary>
    public Metric MetricIteratorAge(IMetricOptions? options = null) =>
        Stream.MetricGetRecordsIteratorAgeMilliseconds(options);

    /// <summary>Records put (sum).</summary>
    public Metric MetricIncomingRecords(IMetricOptions? options = null) =>
        Stream.MetricIncomingRecords(Sum(options));

    /// <summary>Bytes put (sum).</summary>
    public Metric MetricIncomingBytes(IMetricOptions? options = null) => Stream.MetricIncomingBytes(Sum(options));

    /// <summary>Records refused because the stream was at its write limit (sum).</summary>
    public Metric MetricWriteThroughputExceeded(IMetricOptions? options = null) =>
        Stream.MetricWriteProvisionedThroughputExceeded(Sum(options));

    /// <summary>Reads refused because the stream was at its read limit (sum).</summary>
    public Metric MetricReadThroughputExceeded(IMetricOptions? options = null) =>
        Stream.MetricReadProvisionedThroughputExceeded(Sum(options));

    private static IMetricOptions Sum(IMetricOptions? options) => options ?? new MetricOptions { Statistic = "Sum" };
}
