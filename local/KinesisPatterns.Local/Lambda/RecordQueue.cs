using System.Diagnostics.CodeAnalysis;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Records that wait for one sequence of batches: one writer, one reader.</summary>
internal sealed class RecordQueue
{
    private readonly Queue<KinesisRecord> _records = new();
    private readonly Pulse _arrival = new();
    private readonly Pulse _room = new();
    private bool _isComplete;

    public int Count
    {
        get
        {
            lock (_records)
            {
                return _records.Count;
            }
        }
    }

    public bool IsComplete => Volatile.Read(ref _isComplete);

    /// <summary>Adds a record; call <see cref="Announce"/> afterwards.</summary>
    public void Add(in KinesisRecord record)
    {
        lock (_records)
        {
            _records.Enqueue(record);
        }
    }

    public void Announce() => _arrival.Fire();

    /// <summary>No record comes any more.</summary>
    public void Complete()
    {
        Volatile.Write(ref _isComplete, true);
        _arrival.Fire();
    }

    /// <summary>A task that ends when records come or the queue is complete; look again after asking for it.</summary>
    public Task NextArrival() => _arrival.Next();

    public bool TryPeek([MaybeNullWhen(false)] out KinesisRecord record)
    {
        lock (_records)
        {
            return _records.TryPeek(out record);
        }
    }

    public void Dequeue()
    {
        lock (_records)
        {
            _records.Dequeue();
        }

        _room.Fire();
    }

    public async ValueTask WaitForRoomAsync(int limit, CancellationToken cancellationToken)
    {
        while (Count >= limit)
        {
            var room = _room.Next();
            if (Count >= limit)
            {
                await room.WaitAsync(cancellationToken);
            }
        }
    }
}
