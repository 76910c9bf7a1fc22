using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.FlinkLifecycle;

namespace KinesisPatterns.Lambdas.Tests.FlinkLifecycle;

public sealed class PreparationTests
{
    private readonly ScriptedFlink _flink = new(ApplicationStatus.Running);
    private readonly Hook _hook;

    public PreparationTests() => _hook = new(_flink, FlinkLifecycleFunction.PreparationType);

    [Fact]
    public async Task Keeps_the_state_before_an_update()
    {
        await _hook.BeginAsync(RequestType.Update);
        Assert.False(await IsDoneAsync());
        Assert.False(await IsDoneAsync());
        Finish(Snapshot.Ready);

        Assert.True(await IsDoneAsync());
        Assert.Equal(["Snapshot deployment-r-1"], _flink.Calls);
    }

    [Fact]
    public async Task The_same_request_again_finds_its_snapshot()
    {
        await IsDoneAsync();
        Finish(Snapshot.Ready);
        Assert.True(await IsDoneAsync());

        await _hook.BeginAsync(RequestType.Update);
        Assert.True(await IsDoneAsync());

        Assert.Single(_flink.Calls);
    }

    [Fact]
    public async Task Keeps_the_last_ten_of_its_own_snapshots_and_all_others()
    {
        var start = _flink.GetUtcNow();
        _flink.Snapshots.AddRange(Enumerable.Range(1, 12).Select(
            day => new Snapshot($"deployment-{day:00}", Snapshot.Ready, start - TimeSpan.FromDays(day))));
        _flink.Snapshots.Add(new("by-hand", Snapshot.Ready, start - TimeSpan.FromDays(100)));
        await IsDoneAsync();
        Finish(Snapshot.Ready);

        Assert.True(await IsDoneAsync());

        Assert.Equal(
            ["Snapshot deployment-r-1", "Delete deployment-10", "Delete deployment-11", "Delete deployment-12"], _flink.Calls);
        Assert.Contains(_flink.Snapshots, snapshot => snapshot.Name == "by-hand");
    }

    [Theory]
    [InlineData("InvalidApplicationConfiguration")]
    [InlineData("LimitExceeded")]
    public async Task A_job_that_cannot_be_kept_is_changed_all_the_same(string code)
    {
        _flink.Refuse("CreateSnapshot", code);

        Assert.True(await IsDoneAsync());
    }

    [Fact]
    public async Task A_snapshot_that_fails_does_not_stop_the_update()
    {
        await IsDoneAsync();
        Finish("FAILED");

        Assert.True(await IsDoneAsync());
    }

    [Fact]
    public async Task A_snapshot_that_does_not_end_is_not_waited_for_longer_than_one_takes()
    {
        await IsDoneAsync();
        _flink.Pass(TimeSpan.FromMinutes(25));
        Assert.False(await IsDoneAsync());
        _flink.Pass(TimeSpan.FromMinutes(1));

        Assert.True(await IsDoneAsync());
    }

    [Fact]
    public async Task Keeps_nothing_of_an_application_without_snapshots()
    {
        _hook.Properties["Snapshots"] = "false";

        Assert.True(await IsDoneAsync());
        Assert.Empty(_flink.Calls);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ApplicationStatus.Ready)]
    [InlineData(ApplicationStatus.RolledBack)]
    public async Task Keeps_nothing_of_what_does_not_run(string? status)
    {
        _flink.Application = status is null ? null : _flink.Application! with { Status = status };

        Assert.True(await IsDoneAsync());
        Assert.Empty(_flink.Calls);
    }

    [Theory]
    [InlineData(RequestType.Create)]
    [InlineData(RequestType.Delete)]
    public async Task Has_nothing_to_do_before_there_is_an_application_and_after(RequestType request)
    {
        Assert.NotEmpty((await _hook.BeginAsync(request)).PhysicalResourceId);

        Assert.True(await _hook.IsDoneAsync(request));
        Assert.Empty(_flink.Calls);
    }

    [Theory]
    [InlineData(Restore.None, "false")]
    [InlineData(Restore.Certain, "false")]
    [InlineData(Restore.Latest, "true")]
    public async Task Stops_what_is_to_start_in_a_way_that_an_update_cannot(string restore, string allowNonRestoredState)
    {
        // An update of a running application restores its latest state, and strictly.
        _hook.Properties["Restore"] = restore;
        _hook.Properties["AllowNonRestoredState"] = allowNonRestoredState;

        Assert.False(await IsDoneAsync());
        Assert.False(await IsDoneAsync());
        _flink.Finish(ApplicationStatus.Ready);

        Assert.True(await IsDoneAsync());
        Assert.Equal(["Stop"], _flink.Calls);
    }

    [Fact]
    public async Task Waits_while_something_goes_on_but_not_for_ever()
    {
        _flink.Begin(Operation.Update, "AUTOSCALING");
        _flink.Pass(TimeSpan.FromMinutes(25));
        Assert.False(await IsDoneAsync());
        _flink.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal(
            "job: it has been AUTOSCALING since 2026-11-22 12:00:00Z and cannot be changed. Stop it by force, which loses what came "
            + "after its last snapshot, and deploy again.",
            await _hook.ReasonAsync(RequestType.Update));
    }

    [Fact]
    public async Task Flink_2_after_Flink_1_is_refused_before_anything_changes()
    {
        _hook.Old["Runtime"] = "FLINK-1_20";

        var error = await Assert.ThrowsAsync<CustomResourceException>(() => _hook.BeginAsync(RequestType.Update));

        Assert.StartsWith(
            "job: Flink 2 cannot read all state of FLINK-1_20, and there is no way back with state of FLINK-2_2. Nothing was changed.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains("StateIsCompatible = true", error.Message, StringComparison.Ordinal);
        Assert.Empty(_flink.Calls);
    }

    [Theory]
    [InlineData("FLINK-1_20", "FLINK-2_2", "true", Restore.Latest)]
    [InlineData("FLINK-1_20", "FLINK-2_2", "false", Restore.None)]
    [InlineData("FLINK-1_19", "FLINK-1_20", "false", Restore.Latest)]
    [InlineData("FLINK-2_2", "FLINK-2_3", "false", Restore.Latest)]
    [InlineData("FLINK-2_2", "FLINK-1_20", "false", Restore.Latest)]
    public async Task Another_change_of_the_version_is_not(string before, string after, string compatible, string restore)
    {
        _hook.Old["Runtime"] = before;
        _hook.Properties["Runtime"] = after;
        _hook.Properties["StateIsCompatible"] = compatible;
        _hook.Properties["Restore"] = restore;

        await _hook.BeginAsync(RequestType.Update);
    }

    private void Finish(string status) => _flink.Snapshots[^1] = _flink.Snapshots[^1] with { Status = status };

    private Task<bool> IsDoneAsync() => _hook.IsDoneAsync(RequestType.Update);
}
