using System.Globalization;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Feed;
using Spectre.Console;

namespace KinesisPatterns.Cli;

/// <summary>What the user sees in the terminal; with <c>--json</c> all but the summary goes to standard error.</summary>
internal sealed class Screen
{
    private readonly bool _json;
    private readonly IAnsiConsole _console;
    private readonly bool _interactive;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _troubles = new(StringComparer.Ordinal);
    private bool _lineOpen;

    public Screen(bool json)
    {
        _json = json;
        _interactive = !(json ? Console.IsErrorRedirected : Console.IsOutputRedirected);
        _console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(json ? Console.Error : Console.Out) });
        if (!_interactive)
        {
            // A file or a pipe has no width; 80 columns would break paths apart.
            _console.Profile.Width = 200;
        }
    }

    public void Say(string text) => Line(() => _console.MarkupLineInterpolated($"[grey]{text}[/]"));

    public void FunctionLine(string function, string line) => Line(() => _console.MarkupLineInterpolated($"[grey]{function}:[/] {line}"));

    public void Start(LocalHost host, string queryExample)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("Resource", "Type", "Here");
        var alike = host.Resources.GroupBy(r => (r.Type, r.Here)).ToLookup(g => g.Count() > 1 || !g.First().Runs);
        foreach (var resource in alike[false].Select(g => g.First()))
        {
            table.AddRow(Markup.Escape(resource.Path), Markup.Escape(resource.Type), Markup.Escape(resource.Here));
        }

        foreach (var group in alike[true].OrderByDescending(g => g.First().Runs).ThenBy(g => g.Key.Type, StringComparer.Ordinal))
        {
            table.AddRow($"[grey]{(group.Count() > 1 ? $"{group.Count()} resources" : Markup.Escape(group.First().Path))}[/]", $"[grey]{Markup.Escape(group.Key.Type)}[/]", $"[grey]{Markup.Escape(group.Key.Here)}[/]");
        }

        _console.Write(table);

        _console.WriteLine();
        _console.MarkupLineInterpolated($"  endpoint   [blue]{host.Endpoint}[/]   export AWS_ENDPOINT_URL={host.Endpoint.ToString().TrimEnd('/')} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1");
        _console.MarkupLineInterpolated($"  page       [blue]{host.Page}[/]");
        if (host.Outputs.TryGetValue("QueryApiUrl", out var url))
        {
            _console.MarkupLineInterpolated($"  query      [blue]{url}{queryExample}[/]");
        }

        _console.MarkupLineInterpolated($"  [grey]Ctrl+C ends the feed, sees every record through and stops everything.[/]");
        _console.WriteLine();
    }

    /// <summary>A line that changes in place in a terminal, and one every few seconds elsewhere.</summary>
    public async Task LiveAsync(StackRun run, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_interactive ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(5));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                foreach (var trouble in run.Troubles().Where(_troubles.Add))
                {
                    Line(() => _console.MarkupLineInterpolated($"[red]{trouble}[/]"));
                }

                Show(run.Standing());
            }
        }
        catch (OperationCanceledException)
        {
            Show(run.Standing());
        }
    }

    /// <summary>Every grant with the times it was used, holder by holder.</summary>
    public void Permissions(PermissionSummary permissions) => Line(() =>
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("Role or policy", "Action", "Resource", "Used", "");
        table.Columns[3].RightAligned();
        foreach (var holder in permissions.Grants.GroupBy(grant => grant.Holder))
        {
            foreach (var (index, grant) in holder.Index())
            {
                table.AddRow(
                    index == 0 ? Markup.Escape(grant.Holder) : "",
                    Markup.Escape(grant.Action),
                    Markup.Escape(grant.Resource),
                    grant.Times > 0 ? Number(grant.Times) : "[yellow]never[/]",
                    $"[grey]{Markup.Escape(grant.Note ?? "")}[/]");
            }
        }

        _console.Write(table);
    });

    public void End(RunSummary summary)
    {
        Line(() =>
        {
            _console.WriteLine();
            var table = new Table().Border(TableBorder.Simple).AddColumns(summary.What, "", "");
            table.Columns[1].RightAligned();
            foreach (var row in summary.Rows)
            {
                table.AddRow(row.IsBad ? $"[red]{Markup.Escape(row.Name)}[/]" : Markup.Escape(row.Name), Number(row.Count), Markup.Escape(row.Note));
            }

            _console.Write(table);
            foreach (var (delivery, records) in summary.Archived)
            {
                _console.MarkupLineInterpolated($"  [grey]{Number(records)} records archived by {delivery}[/]");
            }

            if (summary.Permissions is { } permissions)
            {
                _console.MarkupLineInterpolated($"  [grey]permissions: {permissions.Used} of {permissions.Granted} grants used, {permissions.Refused.Count} calls refused (--permissions lists them)[/]");
                foreach (var remark in permissions.Remarks)
                {
                    _console.MarkupLineInterpolated($"  [yellow]{remark}[/]");
                }
            }

            foreach (var error in summary.Errors)
            {
                _console.MarkupLineInterpolated($"  [red]{error}[/]");
            }

            _console.MarkupLine(summary.Complete ? "  [green]Every record is accounted for.[/]" : "  [red]Not every record is accounted for.[/]");
        });
        if (_json)
        {
            Console.Out.WriteLine(summary.ToJson());
        }
    }

    private void Show(string text)
    {
        lock (_lock)
        {
            if (_interactive)
            {
                (_json ? Console.Error : Console.Out).Write($"\r\u001b[2K{text}");
                _lineOpen = true;
            }
            else
            {
                _console.WriteLine(text);
            }
        }
    }

    private void Line(Action write)
    {
        lock (_lock)
        {
            if (_lineOpen)
            {
                _console.WriteLine();
                _lineOpen = false;
            }

            write();
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
