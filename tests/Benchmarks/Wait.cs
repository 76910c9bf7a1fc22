using System.Diagnostics;

namespace Benchmarks;

/// <summary>Waits for something to come about.</summary>
internal static class Wait
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    /// <summary>Looks every few milliseconds; after minutes it fails with what <paramref name="why"/> says.</summary>
    public static async Task UntilAsync(Func<bool> isSo, Func<string> why)
    {
        for (var watch = Stopwatch.StartNew(); !isSo();)
        {
            if (watch.Elapsed > _limit)
            {
                throw new TimeoutException($"Not done after {_limit.TotalMinutes} minutes. {why()}");
            }

            await Task.Delay(_look);
        }
    }
}
