namespace KinesisPatterns.Lambdas;

/// <summary>Pauses before another attempt.</summary>
public static class Backoff
{
    private const int Longest = 5_000;

    /// <summary>A random pause of up to 50 ms times two to the power of the attempts so far, at most five seconds.</summary>
    public static TimeSpan Pause(int attempts) =>
        TimeSpan.FromMilliseconds(Random.Shared.Next(25, Math.Min(50 << Math.Min(attempts, 16), Longest)));
}
