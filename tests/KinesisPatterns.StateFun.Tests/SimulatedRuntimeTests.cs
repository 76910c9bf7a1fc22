using System.Runtime.CompilerServices;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.StateFun.Tests;

public sealed class SimulatedRuntimeTests
{
    private static readonly ValueSpec<int> Seen = new("seen", Types.Int);
    private static readonly ValueSpec<int> Brief = new("brief", Types.Int, Expiration.AfterWrite(TimeSpan.FromSeconds(10)));
    private static readonly ValueSpec<int> Used = new("used", Types.Int, Expiration.AfterCall(TimeSpan.FromSeconds(10)));
    private static readonly FunctionSpec Spec = new(TypeName.Parse("a/counter"), Seen, Brief, Used);
    private static readonly Address One = Spec.Type.WithId("1");

    [Fact]
    public async Task A_conversation_between_functions_runs_to_its_end()
    {
        var functions = new StatefulFunctions();
        functions.Add(new(TypeName.Parse("a/ping")), (context, message, _) =>
        {
            var left = message.As(Types.Int);
            if (left > 0)
            {
                context.Send(TypeName.Parse("a/pong").WithId("1"), Types.Int, left - 1);
            }
            else
            {
                context.SendEgress(TypeName.Parse("a/out"), Types.String, "over");
            }

            return default;
        });
        functions.Add(new(TypeName.Parse("a/pong")), (context, message, _) => { context.Reply(Types.Int, message.As(Types.Int) - 1); return default; });
        var runtime = new SimulatedRuntime(functions);

        runtime.Send(TypeName.Parse("a/ping").WithId("1"), Types.Int, 6);
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal("over", Assert.Single(runtime.Egresses).Argument.As(Types.String));
        Assert.Equal(7, runtime.Calls);
    }

    [Fact]
    public async Task Values_are_asked_for_once_and_kept_for_each_address()
    {
        var runtime = new SimulatedRuntime(Counter());

        runtime.Send(One, Types.Int, 1);
        runtime.Send(Spec.Type.WithId("2"), Types.Int, 5);
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, runtime.Get(One, Seen));
        Assert.Equal(5, runtime.Get(Spec.Type.WithId("2"), Seen));
        Assert.Equal(3, runtime.Calls);
    }

    [Fact]
    public async Task Messages_wait_for_their_turn_and_come_as_batches_no_larger_than_allowed()
    {
        var runtime = new SimulatedRuntime(Counter(), new() { MaximumBatch = 4 });
        for (var i = 0; i < 10; i++)
        {
            runtime.Send(One, Types.Int, 1);
        }

        await runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(10, runtime.Get(One, Seen));

        // To ask for the values; 1 to an address that rests, which nothing waits for; 4, 4 and 1.
        Assert.Equal(5, runtime.Calls);
    }

    [Fact]
    public void An_address_with_neither_values_nor_messages_is_forgotten()
    {
        var state = new RuntimeState();

        var type = CallOnce(state);
        GC.Collect();

        Assert.True(state.IsIdle);
        Assert.False(type.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference CallOnce(RuntimeState state)
        {
            var type = TypeName.Parse("a/stateless");
            state.Send(type.WithId("1"), TypedValue.Of(Types.Int, 1));
            Assert.True(state.TryBegin(DateTimeOffset.UnixEpoch, out var call));
            Assert.Null(state.Complete(call, default, DateTimeOffset.UnixEpoch));
            return new(type);
        }
    }

    [Fact]
    public async Task A_job_that_fails_goes_back_to_its_checkpoint_and_what_reached_an_egress_comes_again()
    {
        var functions = new StatefulFunctions();
        functions.Add(Spec, (context, message, _) =>
        {
            context.Set(Seen, context.Get(Seen) + message.As(Types.Int));
            context.SendEgress(TypeName.Parse("a/out"), Types.Int, context.Get(Seen));
            if (message.As(Types.Int) == 4)
            {
                context.SendAfter(TimeSpan.FromSeconds(1), context.Self, Types.Int, 8);
            }

            return default;
        });
        var runtime = new SimulatedRuntime(functions);
        runtime.Send(One, Types.Int, 1);
        await runtime.RunAsync(TestContext.Current.CancellationToken);
        runtime.Checkpoint();
        runtime.Send(One, Types.Int, 2);
        runtime.Send(One, Types.Int, 4);
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        runtime.Fail();
        Assert.Equal(1, runtime.Get(One, Seen));
        Assert.Empty(runtime.Timers);
        await runtime.AdvanceAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        Assert.Equal([1, 3, 7, 3, 7, 15], runtime.Egresses.Select(e => e.Argument.As(Types.Int)));
    }

    [Fact]
    public async Task A_job_that_fails_before_its_first_checkpoint_begins_anew()
    {
        var runtime = new SimulatedRuntime(Counter());
        runtime.Send(One, Types.Int, 5);
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        runtime.Fail();
        Assert.Equal(0, runtime.Get(One, Seen));
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(5, runtime.Get(One, Seen));
    }

    [Fact]
    public async Task A_value_expires_after_its_last_write_or_its_last_call()
    {
        var runtime = new SimulatedRuntime(Counter());
        runtime.Send(One, Types.Int, 1);
        await runtime.AdvanceAsync(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        runtime.Send(One, Types.Int, 0);
        await runtime.AdvanceAsync(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);

        Assert.False(runtime.TryGet(One, Brief, out _));
        Assert.True(runtime.TryGet(One, Used, out _));
        Assert.True(runtime.TryGet(One, Seen, out _));
        await runtime.AdvanceAsync(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        Assert.False(runtime.TryGet(One, Used, out _));
    }

    [Fact]
    public async Task A_timer_sends_when_it_is_due_unless_it_was_taken_back()
    {
        var runtime = new SimulatedRuntime(Reminders());
        runtime.Send(Reminder("1"), Types.String, "set");
        runtime.Send(Reminder("2"), Types.String, "set");
        await runtime.AdvanceAsync(TimeSpan.FromSeconds(59), TestContext.Current.CancellationToken);
        Assert.Equal(2, runtime.Timers.Count);
        runtime.Send(Reminder("2"), Types.String, "cancel");

        await runtime.AdvanceAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        Assert.Equal("due 1", Assert.Single(runtime.Egresses).Argument.As(Types.String));
        Assert.Empty(runtime.Timers);
    }

    [Fact]
    public async Task A_timer_outlives_a_restart_and_can_still_be_taken_back()
    {
        var runtime = new SimulatedRuntime(Reminders());
        runtime.Send(Reminder("1"), Types.String, "set");
        runtime.Send(Reminder("2"), Types.String, "set");
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        runtime.Restart();
        runtime.Send(Reminder("2"), Types.String, "cancel");
        await runtime.AdvanceAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal("due 1", Assert.Single(runtime.Egresses).Argument.As(Types.String));
    }

    [Fact]
    public async Task Functions_with_the_same_id_share_their_tokens()
    {
        var functions = Reminders();
        functions.Add(new(TypeName.Parse("a/other")), (context, _, _) => { context.CancelDelayed("reminder"); return default; });
        var runtime = new SimulatedRuntime(functions);
        runtime.Send(Reminder("1"), Types.String, "set");
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        runtime.Send(TypeName.Parse("a/other").WithId("1"), Types.Int, 1);
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Empty(runtime.Timers);
    }

    [Fact]
    public async Task The_job_fails_when_a_token_is_used_again_while_its_message_is_on_the_way()
    {
        var runtime = new SimulatedRuntime(Reminders());
        runtime.Send(Reminder("1"), Types.String, "set");
        runtime.Send(Reminder("1"), Types.String, "set");

        var error = await Assert.ThrowsAsync<JobFailedException>(() => runtime.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal("a/reminder/1: uses the token 'reminder' again while its message is on the way", error.Message);
    }

    [Fact]
    public async Task The_job_fails_when_a_function_fails_as_often_as_it_may()
    {
        var functions = new StatefulFunctions();
        functions.Add(new(TypeName.Parse("a/poisoned")), (_, _, _) => throw new InvalidOperationException("always"));
        var runtime = new SimulatedRuntime(functions, new() { Attempts = 3 });
        runtime.Send(TypeName.Parse("a/poisoned").WithId("1"), Types.Int, 1);

        var error = await Assert.ThrowsAsync<JobFailedException>(() => runtime.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal("a/poisoned/1: failed 3 times: always", error.Message);
        Assert.Equal(3, runtime.Calls);
    }

    [Fact]
    public async Task A_batch_that_failed_waits_until_its_function_can_handle_it()
    {
        var isDown = true;
        var functions = new StatefulFunctions();
        functions.Add(Spec, (context, message, _) =>
        {
            context.Set(Seen, (context.Get(Seen) * 10) + message.As(Types.Int));
            return isDown ? throw new TaskCanceledException("timed out") : default;
        });
        var runtime = new SimulatedRuntime(functions, new() { Attempts = 3 });
        runtime.Send(One, Types.Int, 1);
        await Assert.ThrowsAsync<JobFailedException>(() => runtime.RunAsync(TestContext.Current.CancellationToken));
        runtime.Send(One, Types.Int, 2);
        await Assert.ThrowsAsync<JobFailedException>(() => runtime.RunAsync(TestContext.Current.CancellationToken));

        isDown = false;
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(12, runtime.Get(One, Seen));
    }

    [Fact]
    public async Task A_run_that_was_cancelled_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        var functions = new StatefulFunctions();
        functions.Add(Spec, async (context, _, cancellation) =>
        {
            context.Set(Seen, context.Get(Seen) + 1);
            if (!stop.IsCancellationRequested)
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellation);
            }
        });
        var runtime = new SimulatedRuntime(functions);
        runtime.Send(One, Types.Int, 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runtime.RunAsync(stop.Token));

        await runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, runtime.Get(One, Seen));
    }

    [Fact]
    public async Task A_timer_that_comes_due_while_the_job_is_down_sends_at_once()
    {
        var runtime = new SimulatedRuntime(Reminders());
        runtime.Send(Reminder("1"), Types.String, "set");
        await runtime.RunAsync(TestContext.Current.CancellationToken);
        runtime.Checkpoint();
        await runtime.AdvanceAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        runtime.Fail();
        await runtime.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, runtime.Egresses.Count);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(2), runtime.Now);
    }

    [Fact]
    public async Task Time_does_not_go_back_when_the_job_does()
    {
        var times = new List<DateTimeOffset>();
        var functions = new StatefulFunctions();
        SimulatedRuntime runtime = null!;
        functions.Add(new(TypeName.Parse("a/late")), (context, message, _) =>
        {
            times.Add(runtime.Now);
            if (message.As(Types.Bool))
            {
                context.SendAfter(TimeSpan.FromSeconds(1), context.Self, Types.Bool, false);
            }

            return default;
        });
        runtime = new(functions);
        runtime.Send(TypeName.Parse("a/late").WithId("1"), Types.Bool, true);
        await runtime.RunAsync(TestContext.Current.CancellationToken);
        runtime.Checkpoint();
        await runtime.AdvanceAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        runtime.Fail();

        await runtime.AdvanceAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal([0, 1, 10], times.Select(t => t.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task What_waits_for_longer_than_there_is_time_waits_for_ever()
    {
        var kept = new ValueSpec<int>("kept", Types.Int, Expiration.AfterWrite(TimeSpan.MaxValue));
        var used = new ValueSpec<int>("used", Types.Int, Expiration.AfterCall(TimeSpan.MaxValue));
        var spec = new FunctionSpec(TypeName.Parse("a/patient"), kept, used);
        var functions = new StatefulFunctions();
        functions.Add(spec, (context, message, _) =>
        {
            context.Set(kept, context.Get(kept) + 1);
            context.Set(used, context.Get(used) + 1);
            context.SendAfter(TimeSpan.MaxValue, context.Self, message);
            return default;
        });
        var runtime = new SimulatedRuntime(functions);
        for (var i = 0; i < 2; i++)
        {
            runtime.Send(spec.Type.WithId("1"), Types.Int, 1);
            await runtime.RunAsync(TestContext.Current.CancellationToken);
            runtime.Restart();
            await runtime.AdvanceAsync(TimeSpan.FromDays(365_000), TestContext.Current.CancellationToken);
        }

        Assert.Equal((2, 2), (runtime.Get(spec.Type.WithId("1"), kept), runtime.Get(spec.Type.WithId("1"), used)));
        Assert.Equal(2, runtime.Timers.Count);
    }

    [Fact]
    public async Task A_conversation_without_an_end_is_stopped()
    {
        var functions = new StatefulFunctions();
        functions.Add(new(TypeName.Parse("a/echo")), (context, message, _) => { context.SendAfter(TimeSpan.Zero, context.Self, message); return default; });
        var runtime = new SimulatedRuntime(functions, new() { MaximumCalls = 50 });
        runtime.Send(TypeName.Parse("a/echo").WithId("1"), Types.Int, 1);

        var error = await Assert.ThrowsAsync<JobFailedException>(() => runtime.AdvanceAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));

        Assert.Contains("is the call beyond 50", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_and_counts_once()
    {
        var runtime = new SimulatedRuntime(Counter(), new() { LostReplies = 0.7, Seed = 5 });
        for (var i = 0; i < 20; i++)
        {
            runtime.Send(One, Types.Int, 1);
            await runtime.RunAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(20, runtime.Get(One, Seen));
        Assert.InRange(runtime.Calls, 22, 200);
    }

    [Fact]
    public async Task Two_addresses_of_a_type_may_ask_for_their_values_at_the_same_time()
    {
        var handler = new RequestReplyHandler(Counter());
        var state = new RuntimeState();
        var now = DateTimeOffset.UnixEpoch;
        state.Send(One, TypedValue.Of(Types.Int, 1));
        state.Send(Spec.Type.WithId("2"), TypedValue.Of(Types.Int, 5));
        var calls = new List<FunctionCall>();
        while (state.TryBegin(now, out var begun))
        {
            calls.Add(begun);
        }

        Assert.Equal(2, calls.Count);
        foreach (var call in calls)
        {
            var again = state.Complete(call, await ReplyAsync(call), now);
            Assert.Null(state.Complete(again!, await ReplyAsync(again!), now));
        }

        Assert.Equal(5, state.Value(Spec.Type.WithId("2"), "seen", now)!.As(Types.Int));

        async Task<ReadOnlyMemory<byte>> ReplyAsync(FunctionCall call)
        {
            using var reply = await handler.HandleAsync(call.Request, cancellation: TestContext.Current.CancellationToken);
            return reply.Bytes.ToArray();
        }
    }

    private static Address Reminder(string id) => TypeName.Parse("a/reminder").WithId(id);

    private static StatefulFunctions Counter()
    {
        var functions = new StatefulFunctions();
        functions.Add(Spec, (context, message, _) =>
        {
            var number = message.As(Types.Int);
            context.Set(Seen, context.Get(Seen) + number);
            if (number > 0)
            {
                context.Set(Brief, number);
                context.Set(Used, number);
            }

            return default;
        });
        return functions;
    }

    private static StatefulFunctions Reminders()
    {
        var functions = new StatefulFunctions();
        functions.Add(new(TypeName.Parse("a/reminder")), (context, message, _) =>
        {
            switch (message.As(Types.String))
            {
                case "set":
                    context.SendAfter(TimeSpan.FromMinutes(1), context.Self, Types.String, "due", "reminder");
                    break;
                case "cancel":
                    context.CancelDelayed("reminder");
                    break;
                default:
                    context.SendEgress(TypeName.Parse("a/out"), Types.String, $"due {context.Self.Id}");
                    break;
            }

            return default;
        });
        return functions;
    }
}
