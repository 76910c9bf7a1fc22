namespace KinesisPatterns.Local.Simulation;

/// <summary>
/// Runs asynchronous code on one thread and in virtual time, so that the same input takes the same course every time.
/// </summary>
internal sealed class VirtualLoop : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private int _thread;
    private bool _hasEscaped;

    /// <summary>The loop that runs the current code; null outside of one.</summary>
    public static new VirtualLoop? Current => SynchronizationContext.Current as VirtualLoop;

    /// <summary>The clock that jumps when nothing is left to do.</summary>
    public VirtualTime Time { get; } = new();

    /// <summary>Runs to the end of the work.</summary>
    public void Run(Func<Task> work)
    {
        var outer = SynchronizationContext.Current;
        SetSynchronizationContext(this);
        try
        {
            _thread = Environment.CurrentManagedThreadId;
            var task = work();
            while (!task.IsCompleted)
            {
                if (_hasEscaped)
                {
                    throw new InvalidOperationException("Work left the loop for another thread: its order is no longer certain.");
                }

                if (_posted.TryDequeue(out var next))
                {
                    next.Callback(next.State);
                }
                else if (!Time.TryJump())
                {
                    throw new InvalidOperationException("Everything waits, and nothing is left that could happen.");
                }
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        _hasEscaped |= Environment.CurrentManagedThreadId != _thread;
        _posted.Enqueue((d, state));
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
