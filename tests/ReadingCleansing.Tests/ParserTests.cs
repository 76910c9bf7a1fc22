using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fixtures;

namespace ReadingCleansing.Tests;

/// <summary>What the job's SQL says, without a Flink to say it to: dt-sql-parser knows Flink's grammar, not its functions.</summary>
public sealed partial class ParserTests
{
    private static readonly string Sql = Job.Render(Job.Rules(ReadingFixture.Load("open").Rules));
    private static readonly Lazy<JsonNode> Parsed = new(() => Parse(Sql));

    [Fact]
    public void The_job_is_Flink_SQL() => Assert.Empty(Strings(Parsed.Value["errors"]!));

    [Fact]
    public void The_parser_finds_what_is_wrong() =>
        Assert.NotEmpty(Strings(Parse(Sql.Replace("FROM fields", "FORM fields", StringComparison.Ordinal))["errors"]!));

    [Fact]
    public void Every_table_that_is_read_or_written_is_declared_before()
    {
        var declared = Entities("tableCreate").Concat(Entities("viewCreate")).ToList();

        Assert.Empty(Entities("table").Except(declared));
        Assert.Equal(declared.Distinct(), declared);
    }

    [Fact]
    public void All_inserts_are_one_statement_set()
    {
        Assert.Single(StatementSet.Matches(Sql));
        Assert.Empty(InsertInto.Matches(Sql[..Sql.IndexOf("EXECUTE STATEMENT SET", StringComparison.Ordinal)]));
        Assert.Equal(["cleansed", "rejected", "rejected", "rejected_bytes"], InsertInto.Matches(Sql).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void No_metadata_column_is_used() => Assert.DoesNotContain(" METADATA", Sql, StringComparison.Ordinal);

    [Fact]
    public void Every_option_of_every_table_is_one_that_the_connector_or_format_has()
    {
        var known = File.ReadAllLines(Path.Combine(Job.Expected, "options.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .ToHashSet();

        var used = WithClause.Matches(Sql)
            .SelectMany(table => Option.Matches(table.Groups[1].Value))
            .Select(option => option.Groups[1].Value)
            .ToList();

        Assert.NotEmpty(used);
        Assert.Empty(used.Except(known));
    }

    [Fact]
    public void Only_settings_that_the_service_allows_are_set() => Assert.Equal(
        ["pipeline.name", "table.exec.state.ttl"],
        Setting.Matches(Sql).Select(setting => setting.Groups[1].Value));

    [Theory]
    [InlineData("open")]
    [InlineData("closed")]
    public void The_rendered_job_is_what_it_was(string name)
    {
        var file = Path.Combine(Job.Expected, $"job.{name}.verified.sql");
        var sql = Job.Render(Job.Rules(ReadingFixture.Load(name).Rules));
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
        {
            File.WriteAllText(file, sql);
        }

        Assert.Equal(File.ReadAllText(file), sql);
    }

    private static IEnumerable<string> Entities(string kind) =>
        from entity in Parsed.Value["entities"]!.AsArray() where (string?)entity!["kind"] == kind select (string)entity["name"]!;

    private static IEnumerable<string> Strings(JsonNode node) => node.AsArray().Select(text => (string)text!);

    // Both are Flink SQL that this parser does not know.
    private static JsonNode Parse(string sql)
    {
        var known = MapLiteral.Replace(sql.Replace("TRY_CAST(", "CAST(", StringComparison.Ordinal), "MAP_LITERAL($1)");
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "parse.cjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        node.ErrorDataReceived += (_, _) => { };
        node.BeginErrorReadLine();
        node.StandardInput.Write(known);
        node.StandardInput.Close();
        return JsonNode.Parse(node.StandardOutput.ReadToEnd())!;
    }

    [GeneratedRegex(@"EXECUTE STATEMENT SET\s+BEGIN")]
    private static partial Regex StatementSet { get; }

    [GeneratedRegex(@"INSERT INTO (\w+)")]
    private static partial Regex InsertInto { get; }

    [GeneratedRegex(@"WITH \(\n(.*?)\n\);", RegexOptions.Singleline)]
    private static partial Regex WithClause { get; }

    [GeneratedRegex(@"'([\w.-]+)' = '")]
    private static partial Regex Option { get; }

    [GeneratedRegex(@"^SET '([\w.-]+)'", RegexOptions.Multiline)]
    private static partial Regex Setting { get; }

    [GeneratedRegex(@"MAP\[((?:'(?:[^']|'')*'(?:, )?)*)\]")]
    private static partial Regex MapLiteral { get; }
}
