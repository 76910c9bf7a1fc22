namespace KinesisPatterns.Local.Tests.Kinesis;

/// <summary>A clock that stands still until a test moves it, or that jumps to whatever is waited for.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 11, 22, 19, 28, 0, TimeSpan.Zero);

    /// <summary>Whether waiting moves the clock instead of taking time.</summary>
    public bool Jumps { get; init; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (true)
        {
            ManualTimer? due;
            lock (_lock)
            {
                due = _timers.Where(t => t.Due <= until).MinBy(t => t.Due);
                _now = due?.Due > _now ? due.Due : due is null ? until : _now;
                due?.Reschedule();
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    /// <summary>Waits until something waits on this clock, so that moving it has an effect.</summary>
    public async Task TimersAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_timers.Count(t => t.Due < DateTimeOffset.MaxValue && !t.IsPeriodic) >= count)
                {
                    return;
                }
            }

            await Task.Delay(1, cancellationToken);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; } = DateTimeOffset.MaxValue;

        public bool IsPeriodic => _period > TimeSpan.Zero;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                _period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : time._now + dueTime;
                time._timers.Remove(this);
                if (Due < DateTimeOffset.MaxValue)
                {
                    time._timers.Add(this);
                }
            }

            if (time.Jumps && !IsPeriodic && Due < DateTimeOffset.MaxValue)
            {
                ThreadPool.QueueUserWorkItem(_ => JumpTo());
            }

            return true;
        }

        public void Reschedule()
        {
            if (IsPeriodic)
            {
                Due += _period;
            }
            else
            {
                Dispose();
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time._lock)
            {
                Due = DateTimeOffset.MaxValue;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void JumpTo()
        {
            lock (time._lock)
            {
                if (Due == DateTimeOffset.MaxValue)
                {
                    return;
                }

                time._now = Due > time._now ? Due : time._now;
                Dispose();
            }

            Fire();
        }
    }
}
