using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.StateFun.Testing;
using static KinesisPatterns.StateFun.Tests.RandomCommands;

namespace KinesisPatterns.StateFun.Tests;

public sealed class BatchPropertyTests
{
    [Fact]
    public void Any_split_of_a_batch_comes_to_the_same() => Prop
        .ForAll(Batches, Gen.Choose(1, 7).ToArbitrary(), (commands, size) =>
        {
            var whole = Run(commands, commands.Length);
            var split = Run(commands, size);
            return whole == split;
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Lost_answers_and_restarts_change_nothing_that_a_function_did() => Prop
        .ForAll(Batches, Gen.Choose(1, 1_000_000).ToArbitrary(), (commands, seed) =>
        {
            var quiet = Simulate(commands, new() { MaximumBatch = 3 }, restart: false);
            var rough = Simulate(commands, new() { MaximumBatch = 3, LostReplies = 0.5, Seed = seed }, restart: true);
            return quiet == rough;
        })
        .QuickCheckThrowOnFailure();

    private static string Run(byte[] commands, int size)
    {
        var test = new FunctionTestContext(Spec, InvokeAsync, "7");
        var log = new List<string>();
        foreach (var chunk in commands.Chunk(Math.Max(1, size)))
        {
            var effects = test.SendAsync(chunk.Select(c => TypedValue.Of(Types.Int, c))).GetAwaiter().GetResult();
            log.AddRange(effects.Sent.Select(s => $"sent {s}"));
            log.AddRange(effects.Delayed.Select(d => $"delayed {d}"));
            log.AddRange(effects.Egresses.Select(e => $"egress {e}"));
        }

        // Effects of one kind keep their order; those of different kinds have none among each other.
        var kinds = log.GroupBy(l => l.Split(' ')[0]).OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => g);
        return string.Join('\n', kinds) + $"\n{test.TryGet(Count, out var count)} {count}, {test.Get(Trail)}, {string.Join(' ', test.Get(Numbers) ?? [])}";
    }

    private static string Simulate(byte[] commands, SimulatedRuntimeOptions options, bool restart)
    {
        var functions = new StatefulFunctions();
        functions.Add(Spec, Once);
        functions.Add(new(TypeName.Parse("com.example/sink")), (_, _, _) => default);
        var runtime = new SimulatedRuntime(functions, options);
        var self = Spec.Type.WithId("7");
        foreach (var command in commands)
        {
            runtime.Send(self, Types.Int, (int)command);
        }

        runtime.RunAsync().GetAwaiter().GetResult();
        if (restart)
        {
            runtime.Restart();
        }

        runtime.AdvanceAsync(TimeSpan.FromSeconds(1)).GetAwaiter().GetResult();
        return $"{runtime.TryGet(self, Count, out var count)} {count}, {runtime.Get(self, Trail)}, {string.Join(' ', runtime.Get(self, Numbers) ?? [])}\n"
            + $"{string.Join('\n', runtime.Egresses)}\n{string.Join('\n', runtime.Timers)}";

        // A token in use would fail the job: a second timer of the same name replaces the first.
        static async ValueTask Once(Context context, Message message, CancellationToken cancellation)
        {
            if (message.As(Types.Int) == 6)
            {
                context.CancelDelayed($"token {context.Get(Count)}");
            }

            await InvokeAsync(context, message, cancellation);
        }
    }
}
