using System.Text.Json.Nodes;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>The EventSourcing blueprint with its real functions, while things go wrong: every command comes to its end and takes effect once.</summary>
public sealed class EventSourcingFaultTests(Blueprint blueprint)
{
    private const double Rate = 40;

    private static readonly TimeSpan Feeding = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1:all")]
    [InlineData("2:crashes")]
    [InlineData("3:destinations")]
    public async Task Every_command_is_accounted_for_whatever_goes_wrong(string faults)
    {
        var plan = FaultProfile.Parse(faults);
        using var assembly = WithShortTimers();
        await using var host = await LocalHost.StartAsync(
            new() { AssemblyDirectory = assembly.Directory, Stack = "EventSourcing", FaultPlan = plan }, Cancellation);
        await using var run = new CommandRun(host, faults);

        using var feeding = new CancellationTokenSource(Feeding);
        await run.FeedAsync(PoisonFeed.Mix(Simulated(plan.Seed), plan), Rate, feeding.Token);
        await run.DrainAsync(Patience, Cancellation);
        var summary = run.Summarize();

        Assert.True(summary.Complete, summary.ToJson());
        Assert.True(summary.Decided > 20 && summary.Rejected > 0 && summary.Orders.GetValueOrDefault("Cancelled") > 0 && summary.Faults.Values.Sum() > 0, summary.ToJson());
    }

    // Timers have to fire while it lasts.
    private ChangedAssembly WithShortTimers()
    {
        var template = CloudAssembly.Load(blueprint.Directory).Stack("EventSourcing").Template.DeepClone().AsObject();
        var variables = template["Resources"]!.AsObject().Select(r => r.Value!["Properties"]?["Environment"]?["Variables"]).OfType<JsonObject>()
            .Single(v => v.ContainsKey("PAYMENT_REMINDER_SECONDS"));
        variables["PAYMENT_REMINDER_SECONDS"] = "1";
        variables["PAYMENT_CANCELLATION_SECONDS"] = "2";
        return new(blueprint.Directory, "EventSourcing", template);
    }

    private static IEnumerable<FedRecord> Simulated(int seed)
    {
        var simulator = new CommandSimulator(seed, faulty: 0.1, overlap: 8);
        while (true)
        {
            yield return simulator.Next();
        }
    }
}
