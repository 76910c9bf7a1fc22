using System.Diagnostics;

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

    private string Left => File.ReadAllText(Path.Combine(_folder, "checkpoint"));

    private void Aws(string answer)
    {
        var file = Path.Combine(_folder, "aws");
        File.WriteAllText(file, $"#!/bin/sh\necho \"$@\" > {_folder}/asked\n{answer}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
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
