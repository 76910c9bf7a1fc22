using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Feed;
using static KinesisPatterns.Local.Tests.StepFunctions.Executions;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>Tests that look at one run of EventSourcing.</summary>
[CollectionDefinition(nameof(EventSourcingHost))]
public sealed class EventSourcingCollection : ICollectionFixture<EventSourcingHost>;

/// <summary>The EventSourcing blueprint, run once for these tests, with everything in it used.</summary>
public sealed class EventSourcingHost(Blueprint blueprint) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly string[] Commands =
    [
        """{"commandId":"c-1","type":"SupplyStock","sku":"sku-1","quantity":5}""",
        """{"commandId":"c-2","type":"PlaceOrder","orderId":"order-1","customerId":"customer-1","lines":[{"sku":"sku-1","quantity":2,"unitPrice":10}]}""",
        """{"commandId":"c-3","type":"PayOrder","orderId":"order-none","amount":1}""",
        """{"commandId":"c-4","type":"Pl""",
    ];

    private CommandRun _run = null!;

    public LocalHost Host { get; private set; } = null!;

    /// <summary>The cloud assembly.</summary>
    public string Directory => blueprint.Directory;

    /// <summary>What the run came to.</summary>
    internal CommandSummary Summary { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Host = await LocalHost.StartAsync(new() { AssemblyDirectory = Directory, Stack = "EventSourcing" }, Cancellation);
        _run = new(Host, "test");
        await FeedAsync(Commands[0]);

        // What was supplied has to be there before it is ordered.
        await _run.DrainAsync(Patience, Cancellation);
        await FeedAsync(Commands[1..]);
        await _run.DrainAsync(Patience, Cancellation);
        var job = Host.Services.Modules.Single();
        while ((job.Statistics().Checkpoint?.Number ?? 0) < 4)
        {
            // Of so many checkpoints the oldest is let go of.
            await Task.Delay(200, Cancellation);
            await FeedAsync(Commands[0]);
        }

        // It goes on from one.
        job.Lose();
        for (var started = TimeProvider.System.GetTimestamp(); job.Statistics().Restarts == 0 || !job.IsIdle; await Task.Delay(50, Cancellation))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"the job did not begin again: {job.Statistics()}");
        }

        await UseAsync(Host);
        var ended = await EndAsync(Host, await RebuildAsync(Host));
        Assert.True((string?)ended["status"] == "SUCCEEDED", ended.ToJsonString());

        // Its readers and its writer are switched.
        await FeedAsync(Commands[0].Replace("c-1", "c-5", StringComparison.Ordinal));
        await _run.DrainAsync(Patience, Cancellation);
        await UseAsync(Host);
        Summary = _run.Summarize();
    }

    /// <summary>Asks each route of the query API, and for the read model to be rebuilt.</summary>
    public static async Task UseAsync(LocalHost host)
    {
        using var api = new HttpClient { BaseAddress = new(host.Outputs["QueryApiUrl"]) };
        foreach (var path in (string[])["orders/order-1", "customers/customer-1/orders", "stock/sku-1"])
        {
            using var answer = await api.GetAsync(path, Cancellation);
        }

        await RebuildAsync(host);
    }

    private Task FeedAsync(params string[] commands) =>
        _run.FeedAsync(commands.Select(c => CommandSimulator.RecordOf(Encoding.UTF8.GetBytes(c))), rate: null, Cancellation);

    // Always the same execution, however often it is asked for.
    private static Task<JsonObject> RebuildAsync(LocalHost host) => AskAsync(
        host, "StartExecution", new() { ["stateMachineArn"] = host.Outputs["ReplayMachineArn"], ["name"] = "once", ["input"] = """{"switch":true}""" });

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        await Host.DisposeAsync();
    }
}
