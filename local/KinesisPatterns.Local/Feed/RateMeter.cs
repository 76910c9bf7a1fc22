namespace KinesisPatterns.Local.Feed;

/// <summary>How fast a counter grows, over the last few seconds.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    private readonly Queue<(long Time, long Count)> _samples = new();

    public double Of(long count)
    {
        lock (_samples)
        {
            var now = TimeProvider.System.GetTimestamp();
            _samples.Enqueue((now, count));
            while (_samples.Count > 2 && TimeProvider.System.GetElapsedTime(_samples.Peek().Time, now) > Window)
            {
                _samples.Dequeue();
            }

            var (first, start) = _samples.Peek();
            var seconds = TimeProvider.System.GetElapsedTime(first, now).TotalSeconds;
            return seconds > 0 ? (count - start) / seconds : 0;
        }
    }
}
