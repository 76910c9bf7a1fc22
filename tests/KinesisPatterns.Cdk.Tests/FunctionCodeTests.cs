namespace KinesisPatterns.Cdk.Tests;

public sealed class FunctionCodeTests
{
    [Fact]
    public void Fails_when_there_is_no_such_folder() =>
        Synth.ShouldFail(
            "no/such/folder: expected a folder that dotnet publish wrote, got none",
            () => FunctionCode.FromPublished("no/such/folder"));

    [Theory]
    [InlineData("../rules.json")]
    [InlineData("a/rules.json")]
    [InlineData("")]
    public void Fails_when_a_file_would_not_be_beside_the_code(string name)
    {
        var folder = Published.Managed("Some.Function");

        Synth.ShouldFail(
            $"{folder}: expected files with a plain name, got '{name}'",
            () => FunctionCode.FromPublished(folder, new Dictionary<string, string> { [name] = "" }));
    }
}
