using System.Collections.Concurrent;
using KinesisPatterns.ReadModel;

namespace KinesisPatterns.Replay;

/// <summary>Looks for aggregates that lack events.</summary>
/// <param name="target">The table that was rebuilt.</param>
/// <param name="current">The read model so far; null when there is none to compare with.</param>
internal sealed class GapCheck(IReadModelContents target, IReadModelContents? current)
{
    private const int Concurrency = 16;

    /// <summary>
    /// The aggregates of which the read model so far knows more. Whatever it knows was in the stream before this was called.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, long>> AheadAsync(CancellationToken cancellation)
    {
        var ahead = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        if (current is not null)
        {
            await Parallel.ForEachAsync(
                current.ItemsAsync(waitingOnly: false, cancellation),
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
                async (item, token) =>
                {
                    if (await VersionAsync(item.Key, token) < item.Version)
                    {
                        ahead[item.Key] = item.Version;
                    }
                });
        }

        return ahead;
    }

    /// <summary>What is missing, in words by aggregate; empty when nothing is.</summary>
    /// <param name="ahead">What <see cref="AheadAsync"/> said before the stream was read on.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyDictionary<string, string>> GapsAsync(IReadOnlyDictionary<string, long> ahead, CancellationToken cancellation)
    {
        var gaps = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var item in target.ItemsAsync(waitingOnly: true, cancellation))
        {
            var (last, next) = (item.Version, item.EarlyVersions.First());
            gaps[item.Key] = next == last + 2
                ? $"{item.Key}: event {last + 1} is missing, {next} is there"
                : $"{item.Key}: events {last + 1} to {next - 1} are missing, {next} is there";
        }

        foreach (var (key, version) in ahead)
        {
            if (await VersionAsync(key, cancellation) is var found && found < version)
            {
                gaps[key] = $"{key}: {current!.Name} has {version} events, {found} were found";
            }
        }

        return gaps;
    }

    private async Task<long> VersionAsync(string key, CancellationToken cancellation) => (await target.LoadAsync(key, cancellation))?.Version ?? 0;
}
