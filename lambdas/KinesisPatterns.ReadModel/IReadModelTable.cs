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
