using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.Model;
using KinesisPatterns.ReadModel;

namespace KinesisPatterns.Replay.Tests;

/// <summary>A read model's table in memory, with the conditions of the real one.</summary>
internal sealed class TestTable(string name) : IReadModelContents
{
    private readonly Lock _lock = new();

    public string Name => name;

    public Dictionary<string, Dictionary<string, AttributeValue>> Items { get; } = new(StringComparer.Ordinal);

    /// <summary>Asked before each call; may throw.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public ReadModelItem? this[string key] => Items.TryGetValue(key, out var item) ? ReadModelItem.Of(new(item)) : null;

    public Task<ReadModelItem?> LoadAsync(string key, CancellationToken cancellation)
    {
        Before(key);
        lock (_lock)
        {
            return Task.FromResult(this[key]);
        }
    }

    public Task<bool> SaveAsync(ReadModelItem item, CancellationToken cancellation)
    {
        var key = item.Attributes[Attributes.Id].S;
        Before(key);
        lock (_lock)
        {
            if ((this[key]?.Revision ?? 0) != item.Revision - 1)
            {
                return Task.FromResult(false);
            }

            Items[key] = new(item.Attributes);
            return Task.FromResult(true);
        }
    }

    public async IAsyncEnumerable<ReadModelItem> ItemsAsync(bool waitingOnly, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string[] keys;
        lock (_lock)
        {
            keys = [.. Items.Keys];
        }

        foreach (var key in keys)
        {
            if (await LoadAsync(key, cancellation) is { } item && (!waitingOnly || item.EarlyVersions.Any()))
            {
                yield return item;
            }
        }
    }
}
