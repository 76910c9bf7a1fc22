using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.S3;
using Amazon.CDK.AWS.SNS;

namespace KinesisPatterns.Blueprints;

/// <summary>From raw readings to cleansed and rejected ones, by either engine.</summary>
internal sealed record CleansingStage
{
    private const string RulesFile = "cleansing-rules.json";

    private static readonly StreamReading _batches = new() { BatchSize = 1_000, BatchWindow = Duration.Seconds(1) };

    public required Stack Stack { get; init; }

    public required TimeSeriesStackProps Props { get; init; }

    public required PublishedFunctions Functions { get; init; }

    public required DataStream Readings { get; init; }

    public required DataStream Cleansed { get; init; }

    public required DataStream Rejected { get; init; }

    /// <summary>Where what no stream takes is kept.</summary>
    public required IBucket Failures { get; init; }

    public Cleansing Define() => Props.Cleansing == CleansingEngine.Flink ? WithFlink() : WithFunction();

    private Cleansing WithFunction()
    {
        var function = new StreamFunction(Stack, "Cleansing", new()
        {
            Source = Readings,
            Function = Function(),
            Reading = _batches,
            Failures = new() { Bucket = Failures },
        });
        Cleansed.GrantWrite(function);
        Rejected.GrantWrite(function);
        return new(function.Alarms, name => function.MetricCount(name), "cleansing", function);
    }

    private Cleansing WithFlink()
    {
        var job = new FlinkApplication(Stack, "CleansingJob", new()
        {
            Code = ReadingCleansing.Code(Stack, Props.FlinkJob),
            Lifecycle = Functions.Function("FlinkLifecycle"),
            Runtime = Props.FlinkRuntime,
            Properties = new Dictionary<string, IReadOnlyDictionary<string, string>>(Props.Rules.ToFlinkProperties())
            {
                ["Source"] = new Dictionary<string, string> { ["position"] = "TRIM_HORIZON" },
            },
        });
        job.GrantRead("readings", Readings);
        job.GrantWrite("cleansed", Cleansed);
        job.GrantWrite("rejected", Rejected);
        job.RunsLocallyAs(Function(), Readings);

        var counter = new StreamFunction(Stack, "RejectionCounter", new()
        {
            Source = Rejected,
            Function = Functions.Function("RejectionCounter"),
            Reading = _batches,
            Failures = new() { Bucket = Failures },
        });
        return new(
            job.Alarms,
            name => name == "Accepted" ? Cleansed.MetricIncomingRecords() : counter.MetricCount(name),
            "rejection counter",
            counter,
            job);
    }

    private PublishedFunctionProps Function() =>
        Functions.Function("Cleansing", new Dictionary<string, string> { [RulesFile] = Props.Rules.ToJson() }) with
        {
            Environment = new Dictionary<string, string>
            {
                ["CLEANSED_STREAM_NAME"] = Cleansed.Stream.StreamName,
                ["REJECTED_STREAM_NAME"] = Rejected.Stream.StreamName,
                ["CLEANSING_RULES_FILE"] = RulesFile,
            },
        };
}

/// <summary>The stage as it is watched.</summary>
/// <param name="Alarms">What is wrong with the engine.</param>
/// <param name="Outcome">Readings by what became of them, such as <c>Accepted</c> or <c>RejectedLate</c>.</param>
/// <param name="Name">What its function is called.</param>
/// <param name="Function">The function of the stage: the engine itself, or what counts behind it.</param>
/// <param name="Job">The Flink job that is the engine; null where the function is.</param>
internal sealed record Cleansing(
    Alarms Alarms, Func<string, IMetric> Outcome, string Name, StreamFunction Function, FlinkApplication? Job = null)
{
    /// <summary>Tells <paramref name="topic"/> of every alarm of the stage.</summary>
    public void Notify(ITopic topic)
    {
        Alarms.Notify(topic);
        if (Alarms != Function.Alarms)
        {
            Function.Alarms.Notify(topic);
        }
    }
}
