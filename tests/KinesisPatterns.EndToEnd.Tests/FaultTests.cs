using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Amazon.Kinesis;
using Amazon.Kinesis.Model;
using Amazon.Runtime;
using InfluxTests;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>The TimeSeries blueprint with its real functions, while things go wrong: every reading comes to its end.</summary>
public sealed class FaultTests(Blueprint blueprint)
{
    private const double Rate = 60;

    private static readonly TimeSpan Feeding = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _device = $"witness-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1:all")]
    [InlineData("2:all")]
    [InlineData("3:all")]
    [InlineData("4:all")]
    [InlineData("5:crashes")]
    [InlineData("6:crashes")]
    [InlineData("7:destinations")]
    [InlineData("8:destinations")]
    [InlineData("9:reshard")]
    [InlineData("10:poison")]
    public async Task Every_reading_is_accounted_for_whatever_goes_wrong(string faults)
    {
        var plan = FaultProfile.Parse(faults);
        await using var host = await LocalHost.StartAsync(
            new() { AssemblyDirectory = blueprint.Directory, Stack = "TimeSeries", FaultPlan = plan }, Cancellation);
        await using var run = new ReadingRun(host, faults);

        using var feeding = new CancellationTokenSource(Feeding);
        await run.FeedAsync(PoisonFeed.Mix(Simulated(plan.Seed), plan), Rate, feeding.Token);
        await run.DrainAsync(Patience, Cancellation);
        var summary = run.Summarize();

        Assert.True(summary.Complete, summary.ToJson());
        Assert.True(summary.Readings > 0 && summary.Faults.Values.Sum() > 0, summary.ToJson());
        Assert.True(host.Ledger.Check().IsClean, string.Join('\n', host.Ledger.Check().Findings));
    }

    [Fact]
    public async Task What_was_accepted_outlives_a_host_that_is_killed()
    {
        var state = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
        try
        {
            var accepted = await FeedAndKillAsync(state.FullName);

            await using var host = await LocalHost.StartAsync(
                new() { AssemblyDirectory = blueprint.Directory, Stack = "TimeSeries", StateDirectory = state.FullName }, Cancellation);
            await using var run = new ReadingRun(host, "after the kill");
            await run.DrainAsync(Patience, Cancellation);
            var summary = run.Summarize();

            Assert.True(summary.Complete, summary.ToJson());
            Assert.True(summary.Records > 0 && accepted.Count > 0, summary.ToJson());
            Assert.All(accepted, reading => Assert.True(IsStored(host, reading), $"{reading} was accepted and is gone"));
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    // Readings of the test's own, of which it knows that they were accepted, while the command feeds others.
    private async Task<List<long>> FeedAndKillAsync(string state)
    {
        var port = ServerProcess.FreePort();
        using var host = Process.Start(new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "KinesisPatterns.Cli.dll"), "run", "TimeSeries", "--assembly", blueprint.Directory,
            "--state", state, "--rate", Rate.ToString(CultureInfo.InvariantCulture), "--port", port.ToString(CultureInfo.InvariantCulture), "--page", "0",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = host.StandardOutput.ReadToEndAsync(Cancellation);
        _ = host.StandardError.ReadToEndAsync(Cancellation);
        try
        {
            using var kinesis = new AmazonKinesisClient(new BasicAWSCredentials("local", "local"), new AmazonKinesisConfig
            {
                ServiceURL = $"http://127.0.0.1:{port}",
                AuthenticationRegion = "us-east-1",
                MaxErrorRetry = 0,
            });
            var accepted = new List<long>();
            var last = DateTime.UtcNow + Patience;
            while ((accepted.Count < 200 || !HasFed(state)) && DateTime.UtcNow < last)
            {
                var time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                try
                {
                    await kinesis.PutRecordAsync(new PutRecordRequest
                    {
                        StreamName = blueprint.Host.Outputs["ReadingsStreamName"],
                        PartitionKey = _device,
                        Data = new MemoryStream(Reading(time)),
                    }, Cancellation);
                    accepted.Add(time);
                }
                catch (Exception error) when (error is HttpRequestException or AmazonClientException or AmazonServiceException)
                {
                    // The host is starting.
                }

                await Task.Delay(10, Cancellation);
            }

            return accepted;
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync(Cancellation);
        }
    }

    private static bool HasFed(string state) => new FileInfo(Path.Combine(state, "fed.log")) is { Exists: true, Length: > 1_000 };

    private byte[] Reading(long time) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
        new { device = _device, metric = "temperature", time = DateTimeOffset.FromUnixTimeMilliseconds(time), value = 20 }));

    private bool IsStored(LocalHost host, long time) => host.Services.Influx.Values
        .SelectMany(i => i.Store.With("temperature", "device", _device)).Any(s => s.Contains(time * 1_000_000));

    private static IEnumerable<FedRecord> Simulated(int seed)
    {
        var simulator = new DeviceSimulator(seed, devices: 4, faulty: 0.05, TimeProvider.System);
        while (true)
        {
            yield return simulator.Next();
        }
    }
}
