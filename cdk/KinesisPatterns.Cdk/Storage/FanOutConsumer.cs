namespace KinesisPatterns.Cdk;

/// <summary>
/// An enhanced fan-out consumer: 2 MiB/s of every shard for itself. Made by <see cref="DataStream.AddConsumer"/>.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html</remarks>
public sealed class FanOutConsumer : Construct, IRecordSource
{
    private readonly CfnStreamConsumer _consumer;

    internal FanOutConsumer(DataStream stream, string id) : base(stream, id)
    {
        Stream = stream.Stream;
        Retention = stream.Retention;

        // A consumer has no generated name: CloudFormation insists on one.
        _consumer = new CfnStreamConsumer(this, "Resource", new CfnStreamConsumerProps
        {
            ConsumerName = Names.UniqueResourceName(this, new UniqueResourceNameOptions { MaxLength = 128 }),
            StreamArn = stream.Stream.StreamArn,
        });
    }

    /// <inheritdoc/>
    public IStream Stream { get; }

    /// <summary>The consumer's ARN, which changes whenever the consumer is replaced.</summary>
    public string SourceArn => _consumer.AttrConsumerArn;

    /// <inheritdoc/>
    public Duration? Retention { get; }

    /// <summary>Lets <paramref name="reader"/> subscribe to the shards, including use of the stream's key.</summary>
    public Grant GrantRead(IGrantable reader)
    {
        var subscribe = Grant.AddToPrincipal(new GrantOnPrincipalOptions
        {
            Grantee = reader,
            Actions = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
            ResourceArns = [SourceArn],
            Scope = this,
        });

        return Stream.GrantRead(reader).Combine(subscribe);
    }

    /// <summary>How far this consumer lags behind the end of the stream, in milliseconds (maximum).</summary>
    public Metric MetricMillisBehindLatest(IMetricOptions? options = null) =>
        Stream.Metric("SubscribeToShardEvent.MillisBehindLatest", new MetricOptions
        {
            Statistic = "Maximum",
            DimensionsMap = new Dictionary<string, string>
            {
                ["StreamName"] = Stream.StreamName,
                ["ConsumerName"] = _consumer.ConsumerName,
            },
        }).With(options ?? new MetricOptions());
}
