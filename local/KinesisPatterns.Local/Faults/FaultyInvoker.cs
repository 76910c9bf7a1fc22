using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Faults;

/// <summary>Invokes functions of which some crash, hang or run out of memory, as a plan has it.</summary>
/// <param name="lambda">The functions.</param>
/// <param name="plan">What goes wrong.</param>
/// <param name="share">How often it goes wrong, compared with the functions of event source mappings.</param>
internal sealed class FaultyInvoker(LambdaService lambda, FaultPlan plan, double share = 1) : IFunctionInvoker
{
    private static readonly FaultKind[] _kinds = [FaultKind.Crash, FaultKind.Hang, FaultKind.OutOfMemory];

    public Task<InvocationResult> InvokeAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // Every kind is drawn, so that each has its own count at the site.
        var drawn = _kinds.Select(kind => plan.Draw(kind, function, share)).ToList();
        return lambda.InvokeAsync(function, payload, drawn.Find(draw => draw is not null), cancellationToken);
    }
}
