using System.Diagnostics;

namespace KinesisPatterns.Local.Tests.Kinesis;

/// <summary>An independent client of AWS goes through the whole API; its own asserts decide.</summary>
public sealed class Boto3Tests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _server.Lambda.Add(new Local.Lambda.FunctionDefinition
        {
            Name = "test",
            Arn = "arn:aws:lambda:us-east-1:000000000000:function:test",
            CodeDirectory = AppContext.BaseDirectory,
            Handler = "TestFunction",
            Runtime = "dotnet10",
        });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Understands_every_answer()
    {
        Assert.SkipUnless(await RunAsync("-c", "import boto3") is (0, _), "python3 with boto3 is not installed.");

        var (code, output) = await RunAsync(
            Path.Combine(AppContext.BaseDirectory, "Kinesis", "boto3_conformance.py"), _server.Http.BaseAddress!.ToString().TrimEnd('/'));

        Assert.True(code == 0, output);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var (output, error) = (
                python.StandardOutput.ReadToEndAsync(Stop), python.StandardError.ReadToEndAsync(Stop));
            await python.WaitForExitAsync(Stop);
            return (python.ExitCode, await output + await error);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }
}
