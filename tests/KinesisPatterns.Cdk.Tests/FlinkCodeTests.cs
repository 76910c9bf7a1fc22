namespace KinesisPatterns.Cdk.Tests;

public sealed class FlinkCodeTests
{
    [Fact]
    public void Finds_what_the_SQL_expects_of_the_properties()
    {
        var code = FlinkJob.Sql("WITH ('stream.arn' = '${Streams.In.arn}', 'a' = '${Streams.In.arn}', 'b' = '${Rules.limit}')");

        Assert.Equal(["Streams.In.arn", "Rules.limit"], code.Placeholders);
    }

    [Fact]
    public void Takes_a_JAR_as_it_is() =>
        Assert.Empty(FlinkCode.FromJar(FlinkJob.Archive("job.jar", ("META-INF/MANIFEST.MF", ""))).RunOptions);

    [Fact]
    public void Fails_with_the_remedy_when_it_was_not_built() =>
        Synth.ShouldFail(
            "nowhere.zip: expected the code of the Flink job, got no such file. Build it first: make it",
            () => FlinkCode.FromZip("nowhere.zip", "main.py", build: "make it"));

    [Fact]
    public void Fails_when_the_program_is_not_in_the_archive()
    {
        var zip = FlinkJob.Archive("job.zip", ("job/main.py", ""));

        Synth.ShouldFail(
            $"{zip}: expected main.py in the archive, got none", () => FlinkCode.FromZip(zip, "main.py"));
    }

    [Fact]
    public void Fails_when_it_is_no_archive()
    {
        var file = Path.Combine(Published.Folder(("job.jar", "text"u8.ToArray())), "job.jar");

        Synth.ShouldFail($"{file}: expected a zip archive, got something else", () => FlinkCode.FromJar(file));
    }

    [Fact]
    public void Fails_when_an_archive_is_no_JAR()
    {
        var file = FlinkJob.Archive("job.jar", ("main.py", ""));

        Synth.ShouldFail(
            $"{file}: expected a JAR with META-INF/MANIFEST.MF, got none", () => FlinkCode.FromJar(file));
    }
}
