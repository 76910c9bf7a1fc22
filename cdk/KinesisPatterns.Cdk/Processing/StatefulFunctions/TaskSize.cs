using System.Globalization;

namespace KinesisPatterns.Cdk;

/// <summary>The size of a task on Fargate.</summary>
/// <param name="Cpu">CPU units, 1,024 a virtual CPU: 1,024, 2,048, 4,096, 8,192 or 16,384.</param>
/// <param name="Memory">Memory, of which Flink gets three quarters: what is left is for what it does not count.</param>
/// <remarks>https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size</remarks>
public sealed record TaskSize(int Cpu, Size Memory)
{
    /// <summary>What Flink may take of it: its processes count all of their memory but that of native code.</summary>
    internal double ProcessMebibytes => Math.Floor(Memory.ToMebibytes() * 0.75);

    internal void EnsureValid(IConstruct at)
    {
        var (least, most, step) = Cpu switch
        {
            1_024 => (2, 8, 1),
            2_048 => (4, 16, 1),
            4_096 => (8, 30, 1),
            8_192 => (16, 60, 4),
            16_384 => (32, 120, 8),
            _ => throw new ArgumentException(
                $"{at.Node.Path}: expected Cpu of 1,024, 2,048, 4,096, 8,192 or 16,384, got {Text(Cpu)}"),
        };
        var gibibytes = Memory.ToMebibytes() / 1_024;
        Ensure.That(
            gibibytes >= least && gibibytes <= most && (gibibytes - least) % step == 0,
            at,
            $"Memory of {least} to {most} GiB in steps of {step} with Cpu of {Text(Cpu)}",
            $"{Text(Memory.ToMebibytes())} MiB");
    }

    private static string Text(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
