namespace KinesisPatterns.Local.Page;

/// <summary>The last items of a sequence; every reader has a place of its own in it.</summary>
internal sealed class Ring<T>(int size)
{
    private readonly Lock _lock = new();
    private readonly T[] _items = new T[size];
    private long _added;

    public void Add(T item)
    {
        lock (_lock)
        {
            _items[_added++ % size] = item;
        }
    }

    /// <summary>The items since <paramref name="place"/> that are still there, which then moves on.</summary>
    public IReadOnlyList<T> Since(ref long place)
    {
        lock (_lock)
        {
            var items = new List<T>();
            for (var i = Math.Max(place, _added - size); i < _added; i++)
            {
                items.Add(_items[i % size]);
            }

            place = _added;
            return items;
        }
    }
}
