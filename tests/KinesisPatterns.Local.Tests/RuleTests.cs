using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests;

/// <summary>docs/kinesis.md says what the tests check; <c>ACCEPT=1</c> writes its tables anew.</summary>
public sealed class RuleTests
{
    private static readonly Type[] _facts = [typeof(FactAttribute), typeof(TheoryAttribute)];

    [Fact]
    public void Every_rule_is_in_the_docs() => Check("rules", string.Join('\n',
        from type in typeof(RuleTests).Assembly.GetTypes()
        from method in type.GetMethods()
        where _facts.Any(fact => method.IsDefined(fact))
        from rule in RulesOf(type, method)
        orderby rule.Page, type.Name, method.Name
        group $"{method.Name.Replace('_', ' ')} | {type.Name}" by rule.Page into page
        select $"### <{page.Key}>\n\n| rule | test |\n|---|---|\n{string.Concat(page.Select(row => $"| {row} |\n"))}"));

    [Fact]
    public void Every_operation_is_in_the_docs() => Check(
        "operations", $"{string.Join(", ", KinesisOperations.Names.Concat(["GetRecords", "PutRecords", "SubscribeToShard"]).Order(StringComparer.Ordinal).Select(name => $"`{name}`"))}.");

    // What a method says goes before what its class says.
    private static IEnumerable<RuleAttribute> RulesOf(Type type, MethodInfo method) =>
        method.GetCustomAttributes<RuleAttribute>().ToList() is { Count: > 0 } own ? own : type.GetCustomAttributes<RuleAttribute>();

    private static void Check(string name, string expected, [CallerFilePath] string path = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "docs", "kinesis.md");
        var text = File.ReadAllText(file);
        var section = new Regex($"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", RegexOptions.Singleline);
        var wanted = $"{expected.TrimEnd()}\n";
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
        {
            File.WriteAllText(file, section.Replace(text, wanted.Replace("$", "$$", StringComparison.Ordinal)));
            return;
        }

        Assert.True(section.Match(text).Value == wanted, $"docs/kinesis.md, {name}: run this test with ACCEPT=1 and look at the difference.");
    }
}
