using System.Text.Json;
using KinesisPatterns.Local.EventBridge;
using KinesisPatterns.Local.Page;

namespace KinesisPatterns.Local.Feed;

/// <summary>The anomalies that topics were told of, each counted once however often it was told.</summary>
internal sealed class AnomalyLog(int kept)
{
    private readonly Ring<PageAnomaly> _ring = new(kept);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public long Count
    {
        get
        {
            lock (_ids)
            {
                return _ids.Count;
            }
        }
    }

    public IReadOnlyList<PageAnomaly> Latest
    {
        get
        {
            var start = 0L;
            return _ring.Since(ref start);
        }
    }

    public IReadOnlyList<PageAnomaly> Since(ref long place) => _ring.Since(ref place);

    public void Add(SentMessage message)
    {
        var detail = message.Event.GetProperty("detail");
        if (!detail.TryGetProperty("score", out var score) || !DateTimeOffset.TryParse(Text(detail, "time"), null, out var time))
        {
            // Told of something else.
            return;
        }

        lock (_ids)
        {
            if (!_ids.Add(Text(detail, "id")))
            {
                return;
            }
        }

        _ring.Add(new(
            Text(detail, "device"), Text(detail, "metric"), time.ToUnixTimeMilliseconds(), detail.GetProperty("value").GetDouble(),
            score.GetDouble(), message.Text));
    }

    private static string Text(JsonElement detail, string name) => detail.TryGetProperty(name, out var value) ? value.ToString() : "";
}
