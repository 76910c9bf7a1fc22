namespace KinesisPatterns.ReadModel;

/// <summary>The table of a read model.</summary>
public interface IReadModelTable
{
    /// <summary>The table's name.</summary>
    string Name { get; }

    /// <summary>The aggregate as it is stored now; null when it is not.</summary>
    Task<ReadModelItem?> LoadAsync(string key, CancellationToken cancellation);

    /// <summary>Stores the item if the table still has the revision before it; false when it has another one.</summary>
    Task<bool> SaveAsync(ReadModelItem item, CancellationToken cancellation);
}

/// <summary>The table of a read model, to be looked through.</summary>
public interface IReadModelContents : IReadModelTable
{
    /// <summary>The items with their versions and the events that wait in them.</summary>
    /// <param name="waitingOnly">Leaves out items in which no event waits.</param>
    /// <param name="cancellation">Ends it.</param>
    IAsyncEnumerable<ReadModelItem> ItemsAsync(bool waitingOnly, CancellationToken cancellation);
}
