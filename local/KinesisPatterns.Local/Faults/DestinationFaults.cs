namespace KinesisPatterns.Local.Faults;

/// <summary>A destination that does not do what it is asked for.</summary>
internal sealed class InjectedFaultException(FaultKind kind, string site) : Exception($"injected fault: {site} is {kind}");

/// <summary>Faults of destinations that the host itself writes to.</summary>
internal static class DestinationFaults
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>Takes time, or throws, or does nothing: before something is written.</summary>
    public static async Task BeforeAsync(FaultPlan? plan, string site, TimeProvider clock, CancellationToken cancellation)
    {
        if (plan is null)
        {
            return;
        }

        if (plan.Draw(FaultKind.Slow, site) is { } slow)
        {
            await Task.Delay(slow.Between(Quick, Slow), clock, cancellation);
        }

        foreach (var kind in (FaultKind[])[FaultKind.Throttled, FaultKind.Unavailable])
        {
            if (plan.Draw(kind, site) is not null)
            {
                throw new InjectedFaultException(kind, site);
            }
        }
    }
}
