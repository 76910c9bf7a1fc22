using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace KinesisPatterns.Cdk.Tests;

public sealed class FlinkScriptsTests : IDisposable
{
    private const string JobId = "0123456789abcdef0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("flink-scripts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_newest_checkpoint_is_left_for_the_job_manager()
    {
        Aws($"echo '\"checkpoints/{JobId}/chk-12/_metadata\"'");

        Assert.Equal(0, Resume());

        Assert.Equal($"s3://snapshots/checkpoints/{JobId}/chk-12", Left);
        Assert.Contains($"--bucket snapshots --prefix checkpoints/{JobId}/chk- --output json", File.ReadAllText(Path.Combine(_folder, "asked")));
    }

    [Fact]
    public void Without_a_checkpoint_nothing_is_left()
    {
        Aws("echo null");

        Assert.Equal(0, Resume());

        Assert.Equal("", Left);
    }

    [Fact]
    public void When_the_bucket_cannot_be_asked_the_job_manager_does_not_start()
    {
        Aws("exit 254");

        Assert.NotEqual(0, Resume());

        Assert.False(File.Exists(Path.Combine(_folder, "checkpoint")));
    }

    [Fact]
    public void The_fork_writes_into_the_folder_of_Flink_only_for_its_user_may_write_nowhere_else()
    {
        var conf = Folder("opt/flink/conf");
        File.WriteAllText(Path.Combine(conf, "logback-console.xml"), "<encoder class=\"net.logstash.logback.encoder.LogstashEncoder\"/>");

        Start(StatefulFunctionsRuntime.Fork, restores: false, "taskmanager");

        Assert.Equal("kind: module\n", File.ReadAllText(Path.Combine(conf, "module.yaml")));
        Assert.Equal(["flink"], Directory.GetFileSystemEntries(Path.Combine(_folder, "opt")).Select(Path.GetFileName));
        Assert.Equal("rest.port:8081", File.ReadAllText(Path.Combine(_folder, "properties")));
    }

    [Fact]
    public void The_fork_logs_text_for_metrics_are_lines_of_it()
    {
        var log = Path.Combine(Folder("opt/flink/conf"), "logback-console.xml");
        File.WriteAllText(log, "<encoder class=\"net.logstash.logback.encoder.LogstashEncoder\"/>");

        Start(StatefulFunctionsRuntime.Fork, restores: false, "taskmanager");

        var configuration = XDocument.Load(log).Root!;
        Assert.EndsWith("%msg%n", configuration.Descendants("pattern").Single().Value, StringComparison.Ordinal);
        Assert.Equal("INFO", (string?)configuration.Element("root")!.Attribute("level"));
    }

    [Fact]
    public void Apaches_configuration_is_added_to_the_images()
    {
        var file = Path.Combine(Folder("opt/flink/conf"), "flink-conf.yaml");
        File.WriteAllText(file, "state.backend: rocksdb");

        Start(StatefulFunctionsRuntime.Apache, restores: false);

        Assert.Equal("state.backend: rocksdb\nrest.port: 8081\n", File.ReadAllText(file));
        Assert.Equal("kind: module\n", File.ReadAllText(Path.Combine(_folder, "opt/statefun/modules/app/module.yaml")));
    }

    [Theory]
    [InlineData("s3://snapshots/checkpoints/1/chk-12", "--job-id 1 --fromSavepoint s3://snapshots/checkpoints/1/chk-12 --allowNonRestoredState")]
    [InlineData("", "--job-id 1")]
    public void The_job_manager_goes_on_from_a_checkpoint_though_an_ingress_may_be_gone(string checkpoint, string arguments)
    {
        Folder("opt/flink/conf");
        File.WriteAllText(Path.Combine(Folder("resume"), "checkpoint"), checkpoint);

        Start(StatefulFunctionsRuntime.Apache, restores: true, "--job-id", "1");

        Assert.Equal(arguments, File.ReadAllText(Path.Combine(_folder, "arguments")).TrimEnd());
    }

    private string Left => File.ReadAllText(Path.Combine(_folder, "checkpoint"));

    private void Aws(string answer) => Executable("aws", $"echo \"$@\" > {_folder}/asked\n{answer}");

    private void Executable(string name, string script)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    // With this folder for the root, and a stand-in for the image's entry point.
    private void Start(StatefulFunctionsRuntime runtime, bool restores, params string[] command)
    {
        foreach (var entryPoint in (string[])["docker-entry-point.sh", "docker-entrypoint.sh"])
        {
            Executable(entryPoint, $"echo \"$@\" > {_folder}/arguments; printf '%s' \"${{FLINK_PROPERTIES:-}}\" > {_folder}/properties");
        }

        var script = Regex.Replace(FlinkScripts.Start(runtime, restores), "/(?=(opt|resume)/|docker-entry)", $"{_folder}/");
        var start = new ProcessStartInfo("sh", ["-c", script, "flink", .. command])
        {
            Environment = { ["MODULE_YAML"] = "kind: module", ["FLINK_CONF"] = "rest.port: 8081", ["FLINK_HOME"] = $"{_folder}/opt/flink" },
        };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private int Resume()
    {
        var start = new ProcessStartInfo("sh", ["-c", FlinkScripts.Resume])
        {
            Environment =
            {
                ["PATH"] = $"{_folder}:{System.Environment.GetEnvironmentVariable("PATH")}",
                ["BUCKET"] = "snapshots",
                ["FOLDER"] = _folder,
                ["JOB_ID"] = JobId,
            },
        };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
