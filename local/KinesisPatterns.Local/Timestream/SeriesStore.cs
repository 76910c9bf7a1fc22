using System.Collections.Concurrent;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Timestream;

/// <summary>A series of one field: times and values, sorted, one value per time.</summary>
/// <typeparam name="T">Numbers, or texts.</typeparam>
internal class Series<T>
{
    private readonly Lock _lock = new();
    private readonly List<long> _times = [];
    private readonly List<T> _values = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _times.Count;
            }
        }
    }

    public void Write(long time, T value)
    {
        lock (_lock)
        {
            if (_times.Count == 0 || time > _times[^1])
            {
                _times.Add(time);
                _values.Add(value);
                return;
            }

            var at = _times.BinarySearch(time);
            if (at >= 0)
            {
                _values[at] = value;
                return;
            }

            _times.Insert(~at, time);
            _values.Insert(~at, value);
        }
    }

    /// <summary>The first and the last time; null when there is none.</summary>
    public (long First, long Last)? Span
    {
        get
        {
            lock (_lock)
            {
                return _times.Count == 0 ? null : (_times[0], _times[^1]);
            }
        }
    }

    public bool Contains(long time)
    {
        lock (_lock)
        {
            return _times.BinarySearch(time) >= 0;
        }
    }

    /// <summary>The values in [<paramref name="from"/>, <paramref name="to"/>), oldest first.</summary>
    public IReadOnlyList<(long Time, T Value)> Range(long from, long to)
    {
        lock (_lock)
        {
            var first = _times.BinarySearch(from);
            var range = new List<(long, T)>();
            for (var i = first < 0 ? ~first : first; i < _times.Count && _times[i] < to; i++)
            {
                range.Add((_times[i], _values[i]));
            }

            return range;
        }
    }
}

/// <summary>A series of numbers.</summary>
internal sealed class Series : Series<double>;

/// <summary>The identity of a series.</summary>
internal readonly record struct SeriesKey(string Measurement, Tags Tags, string Field);

/// <summary>A small time-series store in memory: writing a point again has no effect.</summary>
internal sealed class SeriesStore
{
    private readonly FrameLog? _log;

    private readonly ConcurrentDictionary<SeriesKey, Series> _series = new();
    private readonly ConcurrentDictionary<(string Measurement, KeyValuePair<string, string> Tag), ConcurrentBag<Series>> _byTag = new();
    private readonly ConcurrentDictionary<SeriesKey, Series<string>> _texts = new();
    private long _written;

    /// <summary>Makes an empty store, which is gone with this process.</summary>
    public SeriesStore()
    {
    }

    /// <summary>Opens a store whose points are kept: what is written is on disk before it is answered.</summary>
    public SeriesStore(HostState state, string name) =>
        _log = state.Open(state.PathOf("series", $"{name}.log"), frame => Apply(PointFrame.Read(frame)));

    /// <summary>Points written, repeated ones included.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Points there are.</summary>
    public long Count => _series.Values.Sum(s => (long)s.Count);

    public IEnumerable<KeyValuePair<SeriesKey, Series>> All => _series;

    /// <summary>Every series, of numbers or of texts.</summary>
    public IEnumerable<SeriesKey> Keys => _series.Keys.Concat(_texts.Keys);

    /// <summary>Is told of every point written.</summary>
    public Action<Point>? OnWrite { get; set; }

    public Series? Find(SeriesKey key) => _series.GetValueOrDefault(key);

    public Series<string>? FindTexts(SeriesKey key) => _texts.GetValueOrDefault(key);

    /// <summary>The series of a measurement that carry a tag.</summary>
    public IEnumerable<Series> With(string measurement, string tag, string value) =>
        _byTag.GetValueOrDefault((measurement, KeyValuePair.Create(tag, value))) ?? [];

    public void Write(Point point)
    {
        _log?.Append(PointFrame.Write(point));
        Apply(point);
    }

    private void Apply(Point point)
    {
        if (point.Text is { } text)
        {
            _texts.GetOrAdd(new(point.Measurement, point.Tags, point.Field), _ => new()).Write(point.Nanoseconds, text);
            return;
        }

        _series.GetOrAdd(new(point.Measurement, point.Tags, point.Field), Indexed).Write(point.Nanoseconds, point.Value);
        Interlocked.Increment(ref _written);
        OnWrite?.Invoke(point);
    }

    private Series Indexed(SeriesKey key)
    {
        var series = new Series();
        foreach (var tag in key.Tags.Pairs)
        {
            _byTag.GetOrAdd((key.Measurement, tag), _ => []).Add(series);
        }

        return series;
    }
}
