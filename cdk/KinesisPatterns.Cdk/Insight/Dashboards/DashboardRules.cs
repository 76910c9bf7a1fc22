using System.Text.RegularExpressions;

namespace KinesisPatterns.Cdk;

/// <summary>What Grafana would refuse, or show wrongly, is refused where it is written.</summary>
internal static partial class DashboardRules
{
    public static void Check(IConstruct at, GrafanaContentProps props)
    {
        Ids(at, "dashboard", props.Dashboards.Select(dashboard => dashboard.Id));
        Ids(at, "alert", props.Alerts.Select(alert => alert.Id));
        foreach (var dashboard in props.Dashboards)
        {
            Check($"{at.Node.Path}: dashboard {dashboard.Id}", dashboard);
        }

        foreach (var alert in props.Alerts)
        {
            var path = $"{at.Node.Path}: alert {alert.Id}";
            Ensure.That(alert.Over.ToSeconds() >= 60, path, "Over of 1 minute or more", alert.Over.ToHumanString());
            Ensure.That(alert.For.ToSeconds() % 60 == 0, path, "For in whole minutes", alert.For.ToHumanString());
        }
    }

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex KebabCase { get; }

    private static void Ids(IConstruct at, string what, IEnumerable<string> ids)
    {
        var known = new HashSet<string>();
        foreach (var id in ids)
        {
            var right = id.Length is >= 1 and <= 24 && KebabCase.IsMatch(id);
            Ensure.That(right, at, $"a {what}'s id in kebab-case of 1 to 24 characters", $"'{id}'");
            Ensure.That(known.Add(id), at, $"one {what} of each id", $"two of '{id}'");
        }
    }

    private static void Check(string path, GrafanaDashboard dashboard)
    {
        Ensure.That(dashboard.Panels.Count > 0, path, "one panel or more", "none");
        var seconds = dashboard.Refresh.ToSeconds();
        Ensure.That(seconds >= 5, path, "Refresh of 5 seconds or more", dashboard.Refresh.ToHumanString());
        foreach (var panel in dashboard.Panels)
        {
            Check($"{path}, panel '{panel.Title}'", panel, dashboard.Variables);
        }
    }

    private static void Check(string path, Panel panel, IReadOnlyList<DashboardVariable> variables)
    {
        Ensure.That(panel.Queries.Count is >= 1 and <= 26, path, "1 to 26 queries", $"{panel.Queries.Count}");
        Ensure.That(panel.Width is >= 1 and <= 24, path, "Width of 1 to 24", $"{panel.Width}");
        Ensure.That(panel.Height is >= 1 and <= 40, path, "Height of 1 to 40", $"{panel.Height}");
        var metrics = panel.Queries.Count(query => query is MetricQuery);
        Ensure.That(
            metrics == 0 || metrics == panel.Queries.Count, path, "queries of one data source", "some of each");
        var ascending = panel.Thresholds.Zip(panel.Thresholds.Skip(1)).All(pair => pair.First.From < pair.Second.From);
        Ensure.That(ascending, path, "thresholds in ascending order", "another order");
        foreach (var used in panel.Queries.SelectMany(Variables).Append(panel.RepeatFor).OfType<DashboardVariable>())
        {
            Ensure.That(variables.Contains(used), path, "variables of the dashboard", $"'{used.Name}'");
        }

        var repeats = panel.RepeatFor is null or { Several: true };
        Ensure.That(repeats, path, "RepeatFor a variable with Several", $"'{panel.RepeatFor?.Name}'");
        foreach (var rows in panel.Queries.OfType<RowsQuery>())
        {
            Ensure.That(rows.Limit is >= 1 and <= 1_000, path, "Limit of 1 to 1,000", $"{rows.Limit}");
            Ensure.That(rows.Columns.Count > 0, path, "one column or more", "none");
        }
    }

    private static IEnumerable<DashboardVariable?> Variables(IPanelQuery query) => query switch
    {
        SeriesQuery series => [series.From.Variable, .. series.Where.Select(filter => filter.Variable)],
        RowsQuery rows => [rows.From.Variable, .. rows.Where.Select(filter => filter.Variable)],
        _ => [],
    };
}
