namespace KinesisPatterns.Local.Lambda;

/// <summary>Waits longer from attempt to attempt.</summary>
internal static class BackOff
{
    // Far beyond any longest wait, and far from overflow.
    private const int MostDoublings = 20;

    public static Task WaitAsync(
        int attempts, TimeSpan first, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        var wait = first * Math.Pow(2, Math.Min(attempts, MostDoublings));
        return Task.Delay(wait < longest ? wait : longest, time, cancellationToken);
    }
}
