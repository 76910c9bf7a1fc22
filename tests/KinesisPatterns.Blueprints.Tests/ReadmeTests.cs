using System.Text.RegularExpressions;
using KinesisPatterns.Cdk;

namespace KinesisPatterns.Blueprints.Tests;

public sealed partial class ReadmeTests
{
    private static readonly string _readme = Read("README.md");

    [Theory]
    [InlineData("README.md", "TimeSeriesStack.cs")]
    [InlineData("docs/event-sourcing.md", "EventSourcingStack.cs")]
    public void Its_example_stands_in_the_blueprint(string page, string blueprint)
    {
        var examples = Example.Matches(Read(page)).Select(example => example.Groups[1].Value);

        var stack = Assert.Single(examples, example => example.StartsWith("        ", StringComparison.Ordinal));
        Assert.Contains(stack, Read($"cdk/KinesisPatterns.Blueprints/{blueprint}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_construct_it_names_can_be_used()
    {
        var named = Construct.Matches(Table("| construct |")).Select(row => row.Groups[1].Value).ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(
            typeof(DataStream).Assembly.GetExportedTypes(),
            type => type.Namespace == "KinesisPatterns.Cdk" && type.Name == name
                && type.IsAssignableTo(typeof(Constructs.Construct))));
    }

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example { get; }

    [GeneratedRegex(@"^\| `([^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Construct { get; }

    /// <summary>The rows below a table's head, up to the empty line after them.</summary>
    private static string Table(string head)
    {
        var start = _readme.IndexOf(head, StringComparison.Ordinal);
        Assert.True(start >= 0, $"README.md has no table that starts with {head}");
        var end = _readme.IndexOf("\n\n", start, StringComparison.Ordinal);
        return _readme[start..(end < 0 ? _readme.Length : end)];
    }

    private static string Read(string path)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Patterns.sln")))
        {
            root = root.Parent ?? throw new FileNotFoundException($"Patterns.sln is not above {AppContext.BaseDirectory}");
        }

        return File.ReadAllText(Path.Combine(root.FullName, path)).ReplaceLineEndings("\n");
    }
}
