using KinesisPatterns.Cli;
using KinesisPatterns.Local;

namespace KinesisPatterns.Replay.Tests;

public sealed class ReplayNamesTests : IDisposable
{
    private const string Outputs = """
        "ArchiveBucketName": "bucket", "EventsStreamName": "events", "ReadModelTableName": "orders", "ReadModelsTableName": "models"
        """;

    private static readonly ReplayNames.Given _nothing = new(null, null, null, null, null, null, null);

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_outputs_of_a_deployed_stack_name_everything()
    {
        File.WriteAllText(_file, $$"""{ "EventSourcing": { {{Outputs}}, "NextReadModelTableName": "orders-2" } }""");

        Assert.Equal(new("bucket/events/data/", "events", "orders-2", "models", "orders"), ReplayNames.Of(_nothing with { Outputs = _file }));
    }

    [Fact]
    public void What_the_command_line_names_goes_before()
    {
        File.WriteAllText(_file, $$"""{ "Other": {}, "EventSourcing": { {{Outputs}} } }""");

        var names = ReplayNames.Of(new(_file, "EventSourcing", "other/prefix/", null, "mine", null, null));

        Assert.Equal(("other/prefix/", "mine"), (names.Archive, names.Table));
    }

    [Fact]
    public void A_stack_without_a_table_to_fill_is_told_of()
    {
        File.WriteAllText(_file, $$"""{ "EventSourcing": { {{Outputs}} } }""");

        Assert.Equal(
            $"--table: expected a name, or an output NextReadModelTableName in the file of --outputs, got no such output in {_file}",
            Message(_nothing with { Outputs = _file }));
    }

    [Fact]
    public void Without_outputs_everything_has_to_be_named() => Assert.Equal(
        "--archive: expected a name, or an output ArchiveBucketName in the file of --outputs, got neither", Message(_nothing));

    [Fact]
    public void Several_stacks_want_one_named()
    {
        File.WriteAllText(_file, """{ "A": {}, "B": {} }""");

        Assert.Equal($"--stack: expected one of the stacks in {_file} (A, B), got none", Message(_nothing with { Outputs = _file }));
        Assert.Equal($"--stack: expected one of the stacks in {_file} (A, B), got C", Message(_nothing with { Outputs = _file, Stack = "C" }));
    }

    [Fact]
    public void A_file_that_is_none_is_told_of() => Assert.StartsWith("--outputs: ", Message(_nothing with { Outputs = $"{_file}.none" }), StringComparison.Ordinal);

    private static string Message(ReplayNames.Given given) => Assert.Throws<LocalHostException>(() => ReplayNames.Of(given)).Message;
}
