using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;

namespace KinesisPatterns.StateFun.Lambda;

/// <summary>A Lambda function that serves stateful functions.</summary>
public static class StatefulFunctionsLambda
{
    // Left of an invocation's time to answer what is done, instead of being ended without a word.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Serves events until the process ends. What <paramref name="create"/> throws (a missing setting, say) is reported to Lambda as a failed initialization.
    /// </summary>
    public static async Task RunAsync(Func<LambdaRequestReply> create, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(create);
        LambdaRequestReply? functions = null;
        using var bootstrap = LambdaBootstrapBuilder
            .Create((Stream input, ILambdaContext context) => HandleAsync(functions!, input, context))
            .UseBootstrapHandler(() =>
            {
                functions = create();
                return Task.FromResult(true);
            })
            .Build();
        await bootstrap.RunAsync(cancellation);
    }

    private static async Task<Stream> HandleAsync(LambdaRequestReply functions, Stream input, ILambdaContext context)
    {
        var left = context.RemainingTime - Margin;
        using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : Timeout.InfiniteTimeSpan);
        return await functions.HandleAsync(input, deadline.Token);
    }
}
