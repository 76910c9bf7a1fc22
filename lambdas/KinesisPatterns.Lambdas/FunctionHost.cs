using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;

namespace KinesisPatterns.Lambdas;

/// <summary>Runs a handler against the Lambda Runtime API.</summary>
public static class FunctionHost
{
    // Left of an invocation's time to say what is not done, instead of being ended without a word.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>A batch and the token that is cancelled shortly before Lambda would end the invocation.</summary>
    public delegate Task<Stream> Handler(Stream input, CancellationToken deadline);

    /// <summary>
    /// Serves events until the process ends. What <paramref name="create"/> throws (a missing setting, say) is reported
    /// to Lambda as a failed initialization.
    /// </summary>
    public static async Task RunAsync(Func<Handler> create)
    {
        Handler? handler = null;
        using var bootstrap = LambdaBootstrapBuilder
            .Create((Stream input, ILambdaContext context) => HandleAsync(handler!, input, context))
            .UseBootstrapHandler(() =>
            {
                handler = create();
                return Task.FromResult(true);
            })
            .Build();
        await bootstrap.RunAsync();
    }

    private static async Task<Stream> HandleAsync(Handler handler, Stream input, ILambdaContext context)
    {
        var left = context.RemainingTime - Margin;
        using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : Timeout.InfiniteTimeSpan);
        return await handler(input, deadline.Token);
    }
}
