namespace KinesisPatterns.Local.Tests.StatefulFunctions;

/// <summary>The host as the runtime of Stateful Functions, over real HTTP.</summary>
public sealed class StatefulFunctionsJobTests : IAsyncDisposable
{
    private readonly JobRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Records_become_messages_whose_effects_are_kept_and_sent()
    {
        await using var job = await _rig.StartAsync();

        _rig.Put("a", "x");
        _rig.Put("b", "x");
        _rig.Put("a", "x");
        await _rig.UntilAsync(job, () => job.IsIdle && _rig.Counted().Count == 3, "three counts");

        Assert.Equal((2, 1, 3), (JobRig.CountOf(job, JobRig.Counter, "a"), JobRig.CountOf(job, JobRig.Counter, "b"), JobRig.CountOf(job, JobRig.Total, "all")));
        Assert.Equal(["a=1", "a=2"], _rig.Counted().Where(c => c[0] == 'a'));
    }

    [Fact]
    public async Task Refused_calls_lost_answers_and_odd_ones_are_repeated_and_take_effect_once()
    {
        foreach (var trouble in new[] { Trouble.Refused, Trouble.AnswerLost, Trouble.OddAnswer, Trouble.AnswerLost, Trouble.Refused, Trouble.AnswerLost })
        {
            _rig.Troubles.Enqueue(trouble);
        }

        await using var job = await _rig.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            _rig.Put("a", "x");
        }

        await _rig.UntilAsync(job, () => job.IsIdle && _rig.Troubles.IsEmpty, "the troubles to be over");

        Assert.Equal((20, 20), (JobRig.CountOf(job, JobRig.Counter, "a"), JobRig.CountOf(job, JobRig.Total, "all")));
        Assert.Equal(Enumerable.Range(1, 20).Select(n => $"a={n}"), _rig.Counted());
        Assert.Equal(6, job.Statistics().FailedAttempts);
    }

    [Fact]
    public async Task What_comes_while_an_address_is_called_is_its_next_batch_and_other_addresses_do_not_wait()
    {
        _rig.Takes = TimeSpan.FromMilliseconds(100);
        await using var job = await _rig.StartAsync(new() { Pool = 3, CheckpointEvery = TimeSpan.FromMilliseconds(50) });
        for (var i = 0; i < 60; i++)
        {
            _rig.Put($"{(char)('a' + (i % 6))}", "x");
        }

        await _rig.UntilAsync(job, () => job.IsIdle && _rig.Counted().Count == 60, "sixty counts");

        Assert.Equal(3, _rig.MostAtOnce);
        Assert.InRange(job.Statistics().LargestBatch, 2, 60);
        Assert.InRange(_rig.CallsOfCounters, 6, 30);
    }

    [Fact]
    public async Task A_batch_is_no_larger_than_the_module_says()
    {
        _rig.Takes = TimeSpan.FromMilliseconds(30);
        await using var job = await _rig.StartAsync(maximumBatch: 4);
        for (var i = 0; i < 12; i++)
        {
            _rig.Put("a", "x");
        }

        await _rig.UntilAsync(job, () => job.IsIdle && _rig.Counted().Count == 12, "twelve counts");

        Assert.Equal(4, job.Statistics().LargestBatch);
    }

    [Fact]
    public async Task A_timer_fires_when_it_is_due_and_outlives_the_job()
    {
        await using (var first = await _rig.StartAsync())
        {
            _rig.Put("a", "later");
            await _rig.UntilAsync(first, () => first.Statistics().Timers == 1 && first.IsIdle, "the timer");
        }

        Assert.Equal(["a=1"], _rig.Counted());
        await using var second = await _rig.StartAsync();
        await _rig.UntilAsync(second, () => _rig.Counted().Count == 2 && second.IsIdle, "the reminder");

        Assert.Equal(0, second.Statistics().Timers);
        Assert.Equal(2, JobRig.CountOf(second, JobRig.Counter, "a"));
    }

    [Fact]
    public async Task A_job_that_fails_goes_on_from_its_last_checkpoint_and_says_why()
    {
        _rig.Forbidden = "bad";
        await using var job = await _rig.StartAsync();
        _rig.Put("a", "x");
        await _rig.UntilAsync(job, () => job.IsIdle, "the count");
        var counted = TimeProvider.System.GetUtcNow();
        await _rig.UntilAsync(job, () => job.Statistics().Checkpoint?.Time > counted, "a checkpoint");

        _rig.Put("a", "bad");
        await _rig.UntilAsync(job, () => job.Statistics().Restarts >= 2, "two failures");
        Assert.Contains("test/nowhere", _rig.Remarks.First(), StringComparison.Ordinal);
        Assert.False(job.IsIdle);

        _rig.Forbidden = null;
        _rig.Put("a", "x");
        await _rig.UntilAsync(job, () => job.IsIdle && job.Failure is null && JobRig.CountOf(job, JobRig.Counter, "a") == 3, "three counts");
        Assert.Equal(3, JobRig.CountOf(job, JobRig.Total, "all"));
    }

    [Fact]
    public async Task A_job_that_fails_with_more_waiting_than_it_takes_goes_back_too()
    {
        _rig.Forbidden = "bad";
        _rig.Put("a", "bad");
        for (var i = 0; i < 11_000; i++)
        {
            _rig.Put("b", "x");
        }

        await using var job = await _rig.StartAsync();

        await _rig.UntilAsync(job, () => job.Statistics().Restarts >= 2, "two failures");
    }

    [Fact]
    public async Task A_call_that_is_not_answered_in_time_fails_the_job()
    {
        await using var job = await _rig.StartAsync(new()
        {
            Call = TimeSpan.FromMilliseconds(100),
            CheckpointEvery = TimeSpan.FromMilliseconds(50),
            RestartAfter = TimeSpan.FromMilliseconds(50),
        });

        // The first call of all takes longer than that, where much runs at a time.
        _rig.Put("b", "x");
        await _rig.UntilAsync(job, () => job.IsIdle && _rig.Counted().Count > 0, "the first call");
        var before = _rig.Remarks.Count;
        for (var i = 0; i < 8; i++)
        {
            _rig.Troubles.Enqueue(Trouble.Refused);
        }

        _rig.Put("a", "x");
        await _rig.UntilAsync(job, () => job.IsIdle && _rig.Counted().Count > 1 && job.Failure is null, "the call");

        Assert.Contains("503", _rig.Remarks.ElementAt(before), StringComparison.Ordinal);
        Assert.Equal(1, JobRig.CountOf(job, JobRig.Counter, "a"));
    }

    [Fact]
    public async Task State_is_exactly_once_over_many_restarts_in_the_middle()
    {
        _rig.Takes = TimeSpan.FromMilliseconds(3);
        var random = new Random(7);
        const int Messages = 400;
        for (int put = 0, restarts = 0; ; restarts++)
        {
            await using var job = await _rig.StartAsync();
            for (var i = 0; i < 50 && put < Messages; i++, put++)
            {
                _rig.Put($"{(char)('a' + random.Next(5))}", "x");
                _rig.Troubles.Enqueue(random.Next(10) == 0 ? Trouble.AnswerLost : Trouble.None);
            }

            if (put < Messages)
            {
                await Task.Delay(random.Next(60), TestContext.Current.CancellationToken);
                continue;
            }

            await _rig.UntilAsync(job, () => job.IsIdle, "the end");
            Assert.Equal(Messages, JobRig.CountOf(job, JobRig.Total, "all"));
            Assert.Equal(Messages, Enumerable.Range(0, 5).Sum(i => JobRig.CountOf(job, JobRig.Counter, $"{(char)('a' + i)}")));
            break;
        }
    }

    [Fact]
    public async Task Records_that_a_job_has_read_are_not_read_again_by_the_next()
    {
        await using (var first = await _rig.StartAsync())
        {
            _rig.Put("a", "x");
            await _rig.UntilAsync(first, () => first.IsIdle && _rig.Counted().Count == 1, "the first count");
        }

        await using var second = await _rig.StartAsync();
        _rig.Put("a", "x");
        await _rig.UntilAsync(second, () => second.IsIdle && _rig.Counted().Count == 2, "the second count");

        Assert.Equal(["a=1", "a=2"], _rig.Counted());
    }
}
