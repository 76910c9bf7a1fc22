using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Faults;

/// <summary>Delivers a batch again that was processed, as Lambda does when it could not note that it was.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html: at least once.</remarks>
internal sealed class DuplicatingInvoker(IFunctionInvoker inner, FaultPlan plan) : IFunctionInvoker
{
    public async Task<InvocationResult> InvokeAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var result = await inner.InvokeAsync(function, payload, cancellationToken);
        return result.Status == InvocationStatus.Succeeded && plan.Draw(FaultKind.Duplicate, function) is not null
            ? await inner.InvokeAsync(function, payload, cancellationToken)
            : result;
    }
}
