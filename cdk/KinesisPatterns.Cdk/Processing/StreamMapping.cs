namespace KinesisPatterns.Cdk;

/// <summary>
/// The event source mapping of a <see cref="StreamFunction"/>, with what it needs to read records and to keep failures.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html</remarks>
internal static class StreamMapping
{
    private static readonly string[] _eventCount = ["EventCount"];

    public static EventSourceMapping In(
        Construct scope, PublishedFunction function, StreamFunctionProps props, Duration maximumAge, IBucket failures)
    {
        var reading = props.Reading;
        var mapping = new EventSourceMapping(scope, "Mapping", new EventSourceMappingProps
        {
            Target = function.Function,
            EventSourceArn = props.Source.SourceArn,
            BatchSize = reading.BatchSize,
            MaxBatchingWindow = reading.BatchWindow,
            ParallelizationFactor = reading.ParallelizationFactor,
            TumblingWindow = reading.TumblingWindow,
            StartingPosition = reading.StartFrom.Position,
            StartingPositionTimestamp = reading.StartFrom.Timestamp,
            Filters = reading.Filters is { Count: > 0 } filters ? [.. filters] : null,
            BisectBatchOnError = props.Failures.Bisect,
            RetryAttempts = props.Failures.Retries,
            MaxRecordAge = maximumAge,
            ReportBatchItemFailures = props.Failures.ReportBatchItemFailures,
        });

        var resource = (CfnEventSourceMapping)mapping.Node.DefaultChild!;
        resource.Set("DestinationConfig.OnFailure.Destination", failures.BucketArn);
        resource.Set("MetricsConfig.Metrics", _eventCount);

        // Lambda tries the role when the mapping is made.
        mapping.Node.AddDependency(AllowKeeping(function, failures), props.Source.GrantRead(function));
        return mapping;
    }

    // https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html: PutObject, and ListBucket too.
    private static Grant AllowKeeping(PublishedFunction function, IBucket failures)
    {
        // Lambda's keys are aws/lambda/<mapping>/<shard>/<date>/<time>-<random>.
        var put = function.Allow(["s3:PutObject"], failures.ArnForObjects("aws/lambda/*"));
        var list = function.Allow(["s3:ListBucket"], failures.BucketArn);
        FunctionRole.Policy((Role)function.Function.Role!).Acknowledge(
            "AwsSolutions-IAM5",
            "Lambda names the objects it keeps after mapping, shard and time; the folder is the narrowest scope.",
            @"/^Resource::.+\/aws\/lambda\/\*$/");
        failures.EncryptionKey?.GrantEncryptDecrypt(function);

        return put.Combine(list);
    }
}
