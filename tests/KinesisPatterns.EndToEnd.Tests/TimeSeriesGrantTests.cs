using System.Globalization;
using System.Text;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>What TimeSeries grants is needed: each grant is used by a run that has everything in it, and is missed when it is taken away.</summary>
public sealed class TimeSeriesGrantTests(Blueprint blueprint)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string _device = $"device-{Guid.NewGuid():N}";
    private static Task? _run;

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private GrantChecks Grants => new(blueprint.Host, blueprint.Directory);

    [Fact]
    public async Task Every_grant_is_used_or_has_a_reason()
    {
        await UseEverythingAsync();
        await Grants.EachIsUsedOrHasAReasonAsync();
    }

    [Fact]
    public async Task Each_request_is_refused_once_the_grant_that_it_used_is_taken_away()
    {
        await UseEverythingAsync();
        Grants.EachIsMissed(least: 40);
    }

    [Fact]
    public Task A_stack_whose_role_lacks_what_AWS_asks_of_it_does_not_start() => Grants.NoHostStartsWithoutWhatADeploymentAsksForAsync(expected: 18);

    [Fact]
    public async Task A_run_without_a_grant_of_each_role_is_refused_what_it_tries()
    {
        await UseEverythingAsync();
        await Grants.ARunWithoutAGrantOfEachRoleIsRefusedWhatItTriesAsync(["ReadingsStreamName", "CleansedStreamName", "RejectedStreamName"], AskApiAsync);
    }

    // Once for all of these tests: a run with every kind of reading in it, and every route of the API.
    private Task UseEverythingAsync()
    {
        lock (blueprint)
        {
            return _run ??= RunEverythingAsync();
        }
    }

    private async Task RunEverythingAsync()
    {
        const int Usual = 300;
        await PutAsync([Encoding.UTF8.GetBytes("broken"), .. Enumerable.Range(0, Usual).Select(i => Reading(20 + Math.Sin(i / 9.0) + (i * 7_919 % 101 / 200.0), Usual - i + 2))]);
        await PutAsync([Reading(95, 1)]);
        await EventuallyAsync(() => blueprint.Host.Services.Events.Sent.Any(m => m.Event.GetProperty("detail").GetProperty("device").GetString() == _device));
        await EventuallyAsync(() => blueprint.Host.IsIdle);
        await AskApiAsync(blueprint.Host);
        await blueprint.Host.Services.Firehose.FlushAsync(Cancellation);
    }

    private static async Task AskApiAsync(LocalHost host)
    {
        using var api = new HttpClient { BaseAddress = new(host.Outputs["QueryApiUrl"]) };
        foreach (var path in (string[])["latest", "metrics/temperature/latest", "metrics/temperature/readings", "metrics/temperature/aggregates"])
        {
            using var answer = await api.GetAsync($"devices/{_device}/{path}", Cancellation);
        }
    }

    private byte[] Reading(double value, int secondsAgo) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"device":"{{_device}}","metric":"temperature","time":"{{ReadingJson.Iso(_now.AddSeconds(-secondsAgo).ToUnixTimeMilliseconds())}}","value":{{value}}}"""));

    private Task PutAsync(byte[][] records) => blueprint.PutAsync(_device, records);

    private async Task EventuallyAsync(Func<bool> holds)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !holds(); await Task.Delay(100, Cancellation))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"What was waited for did not come. The functions wrote:\n{blueprint.Log}");
        }
    }
}
