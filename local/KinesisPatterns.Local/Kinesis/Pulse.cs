using KinesisPatterns.Local.Simulation;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Wakes whoever waits for something to change; costs nothing while nobody does.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource? _waiting;

    /// <summary>
    /// A task that ends at the next <see cref="Fire"/>; look again after asking for it, before awaiting it.
    /// </summary>
    public Task Next()
    {
        var waiting = Volatile.Read(ref _waiting);
        if (waiting is null)
        {
            var mine = new TaskCompletionSource(
                VirtualLoop.Current is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
            waiting = Interlocked.CompareExchange(ref _waiting, mine, null) ?? mine;
        }

        return waiting.Task;
    }

    /// <summary>Wakes who waits.</summary>
    public void Fire()
    {
        // What was written before has to be seen by who asks for the next pulse after it.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiting) is not null)
        {
            Wake(Interlocked.Exchange(ref _waiting, null));
        }
    }

    private static void Wake(TaskCompletionSource? waiting)
    {
        if (VirtualLoop.Current is { } loop)
        {
            loop.Post(static state => ((TaskCompletionSource?)state)?.TrySetResult(), waiting);
        }
        else
        {
            waiting?.TrySetResult();
        }
    }
}
