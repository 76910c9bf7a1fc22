namespace KinesisPatterns.Cli;

/// <summary>A sequence that is taken in parts: a host that starts again is fed what is left.</summary>
internal sealed class Rest<T> : IDisposable
{
    private IEnumerator<T>? _items;

    /// <summary>Takes the sequence, the first time that it is asked to.</summary>
    public void Begin(Func<IEnumerable<T>> items) => _items ??= items().GetEnumerator();

    /// <summary>What is left.</summary>
    public IEnumerable<T> Items()
    {
        while (_items?.MoveNext() == true)
        {
            yield return _items.Current;
        }
    }

    public void Dispose() => _items?.Dispose();
}
