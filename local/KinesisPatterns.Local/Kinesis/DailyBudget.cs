namespace KinesisPatterns.Local.Kinesis;

/// <summary>What may be done a number of times in any 24 hours; used under the gate of its stream.</summary>
internal sealed class DailyBudget(string what, int most)
{
    private readonly List<DateTimeOffset> _uses = [];

    /// <summary>Takes one use; fails when none is left.</summary>
    public void Take(DateTimeOffset now)
    {
        _uses.RemoveAll(at => now - at > TimeSpan.FromHours(24));
        if (_uses.Count >= most)
        {
            throw KinesisException.LimitExceeded($"{what} can be called {most} times per rolling 24-hour period per stream.");
        }

        _uses.Add(now);
    }
}
