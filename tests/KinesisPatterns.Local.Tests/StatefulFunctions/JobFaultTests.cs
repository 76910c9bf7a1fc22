using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.StatefulFunctions;

namespace KinesisPatterns.Local.Tests.StatefulFunctions;

/// <summary>What a job goes through: state is exactly once, and what is sent to streams arrives.</summary>
public sealed class JobFaultTests : IAsyncDisposable
{
    private const int Messages = 300;

    private readonly JobRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task State_is_exactly_once_however_often_a_task_manager_is_lost()
    {
        _rig.Takes = TimeSpan.FromMilliseconds(2);
        await using var job = await _rig.StartAsync();

        for (var i = 0; i < Messages; i++)
        {
            _rig.Put($"{(char)('a' + (i % 5))}", "x");
            if (i % 60 == 59)
            {
                var restarts = job.Statistics().Restarts;
                job.Lose();
                await _rig.UntilAsync(job, () => job.Statistics().Restarts > restarts, "the loss");
            }

            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await _rig.UntilAsync(job, () => job.IsIdle, "the end");
        AssertExactlyOnce(job);
        Assert.Contains("a task manager is lost", _rig.Remarks.First(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(FaultKind.Throttled))]
    [InlineData(nameof(FaultKind.Unavailable))]
    [InlineData(nameof(FaultKind.LostAnswer))]
    [InlineData(nameof(FaultKind.Partial))]
    public async Task What_streams_and_checkpoints_refuse_or_take_without_saying_so_is_sent_again(string kind)
    {
        _rig.Faults = new(11, new("half", "", new Dictionary<FaultKind, double> { [Enum.Parse<FaultKind>(kind)] = 0.5 }));
        await using var job = await _rig.StartAsync();

        for (var i = 0; i < Messages; i++)
        {
            _rig.Put($"{(char)('a' + (i % 5))}", "x");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await _rig.UntilAsync(job, () => job.IsIdle, "the end");
        AssertExactlyOnce(job);
        Assert.True(_rig.Faults.Total > 0);
    }

    [Fact]
    public async Task A_job_bears_three_checkpoints_that_fail_and_goes_back_at_the_fourth()
    {
        // Where the bucket's folder should be is a file.
        await File.WriteAllTextAsync(_rig.Snapshots.Folder, "", TestContext.Current.CancellationToken);
        await using var job = await _rig.StartAsync();
        _rig.Put("a", "x");
        await _rig.UntilAsync(job, () => job.Statistics().Restarts > 0, "the failure");
        Assert.Equal(3, _rig.Remarks.TakeWhile(r => r.Contains("a checkpoint failed", StringComparison.Ordinal)).Count());
        Assert.Contains("4 checkpoints in a row failed", _rig.Remarks.ElementAt(3), StringComparison.Ordinal);

        File.Delete(_rig.Snapshots.Folder);
        await _rig.UntilAsync(job, () => job.IsIdle && job.Statistics().Checkpoint is not null, "a checkpoint");
        Assert.Equal((1, 1), (JobRig.CountOf(job, JobRig.Counter, "a"), JobRig.CountOf(job, JobRig.Total, "all")));
    }

    [Fact]
    public async Task A_job_whose_stream_is_deleted_fails_and_says_so()
    {
        await using var job = await _rig.StartAsync();
        _rig.Put("a", "x");
        await _rig.UntilAsync(job, () => job.IsIdle && _rig.Counted().Count == 1, "the count");

        _rig.Commands.Delete();

        await _rig.UntilAsync(job, () => job.Failure is not null, "the failure");
        Assert.Contains("the stream of an ingress was deleted", _rig.Remarks.First(), StringComparison.Ordinal);
    }

    private void AssertExactlyOnce(StatefulFunctionsJob job)
    {
        Assert.Equal(Messages, JobRig.CountOf(job, JobRig.Total, "all"));
        var expected = Enumerable.Range(0, 5).SelectMany(i => Enumerable.Range(1, Messages / 5).Select(n => $"{(char)('a' + i)}={n}")).Order(StringComparer.Ordinal);
        Assert.Equal(expected, _rig.Counted().Distinct().Order(StringComparer.Ordinal));
    }
}
