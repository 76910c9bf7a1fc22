using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.RejectionCounter;

await FunctionHost.RunAsync(static () =>
    new RejectionCounterFunction(new EmbeddedMetrics(Console.OpenStandardOutput())).HandleAsync);
