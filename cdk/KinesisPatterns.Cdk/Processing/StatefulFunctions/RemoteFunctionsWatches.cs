namespace KinesisPatterns.Cdk;

/// <summary>What is watched of remote functions, by the metrics of API Gateway and Lambda.</summary>
internal static class RemoteFunctionsWatches
{
    private static readonly Duration _five = Duration.Minutes(5);

    public static IReadOnlyList<Watch> Of(RemoteFunctions functions, RemoteFunctionsProps props) =>
    [
        new("CallsFail", functions.MetricServerErrors(), Above: 0, Then:
            "Calls fail and are repeated; at the end of their time the job restarts. Read the function's log.")
        {
            Period = _five, Periods = 2,
        },
        new("CallsRefused", functions.MetricClientErrors(), Above: 0, Then:
            "The API refuses the runtime's requests. Look in its access log: another endpoint, a request too large, or no such path.")
        {
            Period = _five,
        },
        new("FunctionFails", functions.Function.MetricErrors(), Above: 0, Then:
            "The function ends with an error or at its time-out, whatever it is sent again. Read its log.")
        {
            Period = _five, Periods = 2,
        },
        new("Throttled", functions.Function.MetricThrottles(), Above: 0, Then:
            "More calls than are reserved: another caller, or too small a Concurrency for the cluster's slots.")
        {
            Period = _five,
        },
        new("Slow", Tail(functions), Above: props.Function.Timeout.ToMilliseconds() / 2, Then:
            "Every hundredth call takes half of the function's time-out. Give it memory, or make messages smaller.")
        {
            Period = _five, Periods = 3,
        },
    ];

    private static Metric Tail(RemoteFunctions functions) =>
        functions.MetricLatency(new MetricOptions { Statistic = "p99" });
}
