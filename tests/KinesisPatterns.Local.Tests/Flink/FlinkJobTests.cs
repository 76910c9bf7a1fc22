using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Flink;

namespace KinesisPatterns.Local.Tests.Flink;

/// <summary>With a program that tells what it was given, in the place of one that needs Flink.</summary>
public sealed class FlinkJobTests : IDisposable
{
    private const string Program = """
        import json, os, time
        with open("application_properties.json", encoding="utf-8") as properties:
            groups = json.load(properties)
        print(json.dumps({"groups": groups, **{name: os.environ.get(name) for name in (
            "FLINK_HOME", "IS_LOCAL", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID")}}), flush=True)
        time.sleep(600)
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flink-job-");
    private readonly ConcurrentQueue<string> _log = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Its_program_runs_with_its_properties_against_the_host()
    {
        Assert.SkipWhen(!HasPython(), "python3 is not installed");
        await using (var job = Start(Application("main.py"), Zip()))
        {
            for (var attempt = 0; attempt < 1_000 && _log.IsEmpty; attempt++)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            Assert.False(job.HasEnded);
        }

        var given = JsonNode.Parse(Assert.Single(_log))!;
        Assert.Equal("/opt/flink", (string?)given["FLINK_HOME"]);
        Assert.Equal("true", (string?)given["IS_LOCAL"]);
        Assert.Equal("http://127.0.0.1:4566", (string?)given["AWS_ENDPOINT_URL"]);
        Assert.Equal("eu-central-1", (string?)given["AWS_REGION"]);
        Assert.Equal("LOCALJob", (string?)given["AWS_ACCESS_KEY_ID"]);
        Assert.Contains(given["groups"]!.AsArray(), group => (string?)group!["PropertyMap"]?["readings.arn"] == "arn:demo");
    }

    [Fact]
    public void A_job_that_is_no_Python_is_refused_by_name()
    {
        var error = Assert.Throws<LocalHostException>(() => Start(Application(null), Zip()));

        Assert.StartsWith("Demo/Job: expected a Python program", error.Message, StringComparison.Ordinal);
    }

    private FlinkJob Start(Resource application, string zip) =>
        FlinkJob.Start(application, zip, "/opt/flink", new("http://127.0.0.1:4566/"), "eu-central-1", _log.Enqueue);

    private static Resource Application(string? program)
    {
        var options = program is null ? "" : $$""", {"PropertyGroupId":"kinesis.analytics.flink.run.options","PropertyMap":{"python":"{{program}}"} }""";
        return new("Job", FlinkEquivalents.Application, JsonNode.Parse("""{"Metadata":{"aws:cdk:path":"Demo/Job"}}""")!.AsObject())
        {
            Ref = "Demo-Job",
            Attributes = new Dictionary<string, string>(),
            Properties = JsonNode.Parse($$"""
                {"ApplicationConfiguration":{"EnvironmentProperties":{"PropertyGroups":[
                  {"PropertyGroupId":"Streams","PropertyMap":{"readings.arn":"arn:demo"} }{{options}}]} } }
                """)!.AsObject(),
        };
    }

    private string Zip()
    {
        var path = Path.Combine(_folder.FullName, "job.zip");
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using var writer = new StreamWriter(archive.CreateEntry("main.py").Open());
        writer.Write(Program);
        return path;
    }

    private static bool HasPython() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "python3")));
}
