using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>What this environment knows of a series: the newest window, the one before, and the latest value it stored.</summary>
internal sealed class SeriesState
{
    // 45 KB.
    private const int DetectorWeight = 2_900;

    private SeriesWindow? _current;
    private SeriesWindow? _previous;

    public SeriesWindow? Current => _current;

    public LatestValue? Latest { get; set; }

    /// <summary>What detects anomalies; null when it is not known.</summary>
    public SeriesDetector? Detector { get; set; }

    /// <summary>Roughly how much memory the state takes, in samples.</summary>
    public int Weight => 64 + (Detector is null ? 0 : DetectorWeight) + (_current?.Samples.Length ?? 0) + (_previous?.Samples.Length ?? 0);

    public SeriesWindow? Find(long start) => _current?.Start == start ? _current : _previous?.Start == start ? _previous : null;

    /// <summary>
    /// Keeps the window if it is the newest or the one before. When a newer one begins, the one before is forgotten, so
    /// that it is read again: another environment may have had the series in between.
    /// </summary>
    public void Keep(SeriesWindow window, long length)
    {
        if (_current is null || window.Start > _current.Start)
        {
            (_current, _previous) = (window, null);
        }
        else if (window.Start == _current.Start)
        {
            _current = window;
        }
        else if (window.Start == _current.Start - length)
        {
            _previous = window;
        }
    }

    public void Forget() => (_current, _previous, Latest) = (null, null, null);
}

/// <summary>The states of the series used last, bounded by the samples they hold.</summary>
/// <param name="capacity">The most samples: about 16 bytes each.</param>
internal sealed class SeriesCache(long capacity = 4_000_000)
{
    private readonly Dictionary<SeriesKey, LinkedListNode<(SeriesKey Key, SeriesState State)>> _states = [];
    private readonly LinkedList<(SeriesKey Key, SeriesState State)> _order = new();

    public int Count => _states.Count;

    /// <summary>The series' state, empty if it is not known, and now the one used last.</summary>
    public SeriesState Get(SeriesKey key)
    {
        if (_states.TryGetValue(key, out var node))
        {
            _order.Remove(node);
        }
        else
        {
            node = new((key, new()));
            _states.Add(key, node);
        }

        _order.AddLast(node);
        return node.Value.State;
    }

    /// <summary>Forgets the series not used for longest until the rest fits.</summary>
    public void Trim()
    {
        var weight = _order.Sum(entry => (long)entry.State.Weight);
        while (weight > capacity && _order.First is { } oldest)
        {
            weight -= oldest.Value.State.Weight;
            _states.Remove(oldest.Value.Key);
            _order.RemoveFirst();
        }
    }
}
