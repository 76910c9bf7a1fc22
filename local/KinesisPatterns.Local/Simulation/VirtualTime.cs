namespace KinesisPatterns.Local.Simulation;

/// <summary>A clock that stands still until nothing else is left to do, and then jumps to what is waited for.</summary>
internal sealed class VirtualTime : TimeProvider
{
    // Timers of the same instant fire in the order in which they were set.
    private readonly SortedSet<VirtualTimer> _timers = new(Comparer<VirtualTimer>.Create(
        (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order)));

    private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private long _order;
    private int _waits;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now.Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Jumps to the next timer and fires it; false when nobody waits for anything.</summary>
    public bool TryJump()
    {
        if (_waits == 0)
        {
            return false;
        }

        var next = _timers.Min!;
        _now = next.Due > _now ? next.Due : _now;
        next.Fire();
        return true;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private bool _isSet;

        public DateTimeOffset Due { get; private set; }

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Dispose();
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Set(time._now + dueTime);
            }

            return true;
        }

        public void Fire()
        {
            Dispose();
            if (_period > TimeSpan.Zero)
            {
                Set(Due + _period);
            }

            callback(state);
        }

        public void Dispose()
        {
            if (_isSet)
            {
                _isSet = false;
                time._timers.Remove(this);
                time._waits -= _period > TimeSpan.Zero ? 0 : 1;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(DateTimeOffset due)
        {
            (Due, Order, _isSet) = (due, time._order++, true);
            time._timers.Add(this);

            // What comes again and again keeps nothing going.
            time._waits += _period > TimeSpan.Zero ? 0 : 1;
        }
    }
}
