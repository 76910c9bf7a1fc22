using KinesisPatterns.Local.Hosting;

namespace KinesisPatterns.Local.Faults;

/// <summary>What goes wrong without anybody's call: streams are resharded, task managers are lost, the clock jumps.</summary>
internal sealed class HostFaults(FaultPlan plan, HostServices services, SkewedTime clock, Action<string> remark)
{
    private const int ShortestSkew = -4000;
    private const int LongestSkew = 4000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            foreach (var stream in services.Kinesis.Streams.OrderBy(s => s.Name, StringComparer.Ordinal))
            {
                if (plan.Draw(FaultKind.Reshard, stream.Name) is { } draw && StreamFaults.Reshard(stream, draw) is { } done)
                {
                    remark(done);
                }
            }

            foreach (var module in services.Modules)
            {
                if (plan.Draw(FaultKind.TaskLoss, module.Module.Name) is not null)
                {
                    module.Lose();
                }
            }

            if (plan.Draw(FaultKind.ClockSkew, "clock") is { } skew)
            {
                clock.Skew = TimeSpan.FromMilliseconds(ShortestSkew + skew.Below(LongestSkew - ShortestSkew));
                remark($"the clock is {clock.Skew.TotalSeconds:0.0} s off");
            }
        }
    }
}
