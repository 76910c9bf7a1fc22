using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.FlinkLifecycle;

namespace KinesisPatterns.Lambdas.Tests.FlinkLifecycle;

public sealed class RemovalTests
{
    private readonly ScriptedFlink _flink = new(ApplicationStatus.Running);
    private readonly Hook _hook;

    public RemovalTests() => _hook = new(_flink, FlinkLifecycleFunction.OperationType);

    [Fact]
    public async Task Stops_the_job_with_a_snapshot_and_waits_for_it()
    {
        Assert.Equal("job", (await _hook.BeginAsync(RequestType.Delete)).PhysicalResourceId);
        Assert.False(await IsDoneAsync());
        Assert.False(await IsDoneAsync());
        _flink.Finish(ApplicationStatus.Ready);

        Assert.True(await IsDoneAsync());
        Assert.Equal(["Stop"], _flink.Calls);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ApplicationStatus.Ready)]
    [InlineData(ApplicationStatus.RolledBack)]
    [InlineData(ApplicationStatus.Deleting)]
    public async Task What_does_not_run_needs_no_stop(string? status)
    {
        _flink.Application = status is null ? null : _flink.Application! with { Status = status };

        Assert.True(await IsDoneAsync());
        Assert.Empty(_flink.Calls);
    }

    [Fact]
    public async Task A_job_that_fails_is_stopped_by_force()
    {
        _flink.Refuse("Stop", "InvalidApplicationConfiguration", "The job is failing.");

        Assert.False(await IsDoneAsync());
        Assert.Equal(["Stop by force"], _flink.Calls);
        _flink.Finish(ApplicationStatus.Ready);
        Assert.True(await IsDoneAsync());
    }

    [Fact]
    public async Task A_snapshot_that_fails_while_stopping_is_done_without()
    {
        Assert.False(await IsDoneAsync());
        _flink.Finish(ApplicationStatus.Running, failed: true, "The snapshot failed.");
        Assert.False(await IsDoneAsync());

        Assert.Equal(["Stop", "Stop by force"], _flink.Calls);
    }

    [Fact]
    public async Task Waits_for_a_snapshot_that_is_being_made()
    {
        _flink.Snapshots.Add(new("s", Snapshot.Creating, _flink.GetUtcNow()));
        _flink.Pass(TimeSpan.FromMinutes(25));
        Assert.False(await IsDoneAsync());
        Assert.Empty(_flink.Calls);

        _flink.Pass(TimeSpan.FromMinutes(1));
        Assert.False(await IsDoneAsync());
        Assert.Equal(["Stop"], _flink.Calls);
    }

    [Theory]
    [InlineData("STARTING")]
    [InlineData("UPDATING")]
    [InlineData("AUTOSCALING")]
    [InlineData("STOPPING")]
    public async Task What_is_stuck_is_stopped_by_force(string status)
    {
        _flink.Begin(Operation.Update, status);
        _flink.Pass(TimeSpan.FromMinutes(25));
        Assert.False(await IsDoneAsync());
        Assert.Empty(_flink.Calls);

        _flink.Pass(TimeSpan.FromMinutes(1));
        Assert.False(await IsDoneAsync());
        Assert.Equal(["Stop by force"], _flink.Calls);
    }

    [Theory]
    [InlineData(ApplicationStatus.Maintenance)]
    [InlineData(ApplicationStatus.RollingBack)]
    [InlineData(ApplicationStatus.ForceStopping)]
    public async Task What_cannot_be_stopped_is_waited_for(string status)
    {
        _flink.Begin(Operation.Update, status);
        _flink.Pass(TimeSpan.FromHours(1));

        Assert.False(await IsDoneAsync());
        Assert.Empty(_flink.Calls);
    }

    [Fact]
    public async Task A_stop_that_meets_another_change_is_tried_again()
    {
        _flink.Refuse("Stop", "ResourceInUse");

        Assert.False(await IsDoneAsync());
        Assert.False(await IsDoneAsync());

        Assert.Equal(["Stop"], _flink.Calls);
    }

    private Task<bool> IsDoneAsync() => _hook.IsDoneAsync(RequestType.Delete);
}
