using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Page.Dashboards;

/// <summary>What a panel of the page asks, with the time that is shown and what its reader chose.</summary>
/// <param name="Target">The target of the dashboard's JSON, or the query of a variable or of an annotation.</param>
/// <param name="From">From when on, in epoch milliseconds.</param>
/// <param name="To">Until when.</param>
/// <param name="Interval">The time between two figures, in milliseconds.</param>
/// <param name="Chosen">The values chosen for each variable.</param>
internal sealed record PanelQuery(
    JsonObject Target, long From, long To, long Interval, IReadOnlyDictionary<string, string[]> Chosen)
{
    /// <summary>The statement that Grafana would send: macros and chosen values filled in.</summary>
    public string Statement()
    {
        var query = (string)Target["query"]!;
        foreach (var (name, values) in Chosen)
        {
            var pattern = string.Join('|', values.Select(value => Regex.Escape(value).Replace("/", "\\/", StringComparison.Ordinal)));
            query = query
                .Replace($"/^${name}$/", $"/^({pattern})$/", StringComparison.Ordinal)
                .Replace($"${name}", values.FirstOrDefault("").Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("'", "\\'", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        return query
            .Replace("$timeFilter", string.Create(CultureInfo.InvariantCulture, $"time >= {From}ms and time <= {To}ms"), StringComparison.Ordinal)
            .Replace("$__interval", string.Create(CultureInfo.InvariantCulture, $"{Interval}ms"), StringComparison.Ordinal);
    }
}
