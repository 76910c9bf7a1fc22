using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.FlinkLifecycle;

namespace KinesisPatterns.Lambdas.Tests.FlinkLifecycle;

public sealed class RunningTests
{
    private const string Log = "Its log has more: look for 'PythonDriver' or an exception.";
    private const string Role = "Please check the role provided or validity of S3 location you provided.";

    private static readonly TimeSpan _watch = TimeSpan.FromSeconds(120);

    private readonly ScriptedFlink _flink = new();
    private readonly Hook _hook;

    public RunningTests() => _hook = new(_flink, FlinkLifecycleFunction.OperationType);

    [Theory]
    [InlineData(RequestType.Create, "Start  strict")]
    [InlineData(RequestType.Update, $"Start {Restore.Latest} strict")]
    public async Task Starts_what_CloudFormation_left_stopped_and_watches_it(RequestType request, string start)
    {
        Assert.Equal("job", (await _hook.BeginAsync(request)).PhysicalResourceId);
        Assert.Equal([start], _flink.Calls);

        Assert.False(await _hook.IsDoneAsync(request));
        _flink.Finish(ApplicationStatus.Running);
        Assert.False(await _hook.IsDoneAsync(request));
        _flink.Pass(_watch - TimeSpan.FromSeconds(1));
        Assert.False(await _hook.IsDoneAsync(request));
        _flink.Pass(TimeSpan.FromSeconds(1));

        var done = await _hook.CompleteAsync(request);
        Assert.True(done.IsComplete);
        Assert.Equal("3", done.Data!["Version"]);
        Assert.Single(_flink.Calls);
    }

    [Fact]
    public async Task The_same_request_again_changes_nothing()
    {
        var first = await _hook.BeginAsync(RequestType.Create);
        Assert.Equal(first, await _hook.BeginAsync(RequestType.Create));
        _flink.Finish(ApplicationStatus.Running);
        Assert.Equal(first, await _hook.BeginAsync(RequestType.Create));

        Assert.Single(_flink.Calls);
    }

    [Fact]
    public async Task A_begin_that_meets_another_one_leaves_the_start_to_it()
    {
        _flink.Refuse("Start", "ResourceInUse");

        await _hook.BeginAsync(RequestType.Create);
        Assert.Empty(_flink.Calls);

        Assert.False(await _hook.IsDoneAsync(RequestType.Create));
        Assert.Single(_flink.Calls);
    }

    [Fact]
    public async Task What_CloudFormation_restarted_is_only_watched()
    {
        var flink = new ScriptedFlink(ApplicationStatus.Running);
        var hook = new Hook(flink, FlinkLifecycleFunction.OperationType);

        await hook.BeginAsync(RequestType.Update);
        Assert.False(await hook.IsDoneAsync(RequestType.Update));
        flink.Pass(_watch);

        Assert.True(await hook.IsDoneAsync(RequestType.Update));
        Assert.Empty(flink.Calls);
    }

    [Fact]
    public async Task Starts_with_the_state_it_was_told()
    {
        _hook.Properties["Restore"] = Restore.Certain;
        _hook.Properties["SnapshotName"] = "s-1 ";
        _hook.Properties["AllowNonRestoredState"] = "true";

        await _hook.BeginAsync(RequestType.Update);

        Assert.Equal([$"Start {Restore.Certain} s-1 allow"], _flink.Calls);
    }

    [Fact]
    public async Task A_start_that_fails_gives_the_services_reason()
    {
        await _hook.BeginAsync(RequestType.Create);
        _flink.Finish(ApplicationStatus.Ready, failed: true, "State could not be restored.", TimeSpan.FromMinutes(4));

        Assert.Equal($"job: its job did not start: State could not be restored. {Log}", await _hook.ReasonAsync(RequestType.Create));
    }

    [Fact]
    public async Task A_start_that_fails_without_a_reason_says_so()
    {
        await _hook.BeginAsync(RequestType.Create);
        _flink.Finish(ApplicationStatus.Ready, failed: true);

        Assert.Equal($"job: its job did not start: the service gives no reason. {Log}", await _hook.ReasonAsync(RequestType.Create));
    }

    [Fact]
    public async Task A_start_that_is_refused_gives_the_services_reason()
    {
        _flink.Refuse("Start", "InvalidArgument", "There is no snapshot s-1.");

        var error = await Assert.ThrowsAsync<CustomResourceException>(() => _hook.BeginAsync(RequestType.Create));

        Assert.Equal("job: its job cannot be started: InvalidArgument: There is no snapshot s-1.", error.Message);
    }

    [Fact]
    public async Task A_role_that_is_not_known_yet_is_tried_again()
    {
        _flink.Refuse("Start", "InvalidArgument", Role);
        await _hook.BeginAsync(RequestType.Create);
        Assert.False(await _hook.IsDoneAsync(RequestType.Create));
        _flink.Finish(ApplicationStatus.Ready, failed: true, Role);
        Assert.False(await _hook.IsDoneAsync(RequestType.Create));
        _flink.Finish(ApplicationStatus.Running);
        _flink.Pass(_watch);

        Assert.True(await _hook.IsDoneAsync(RequestType.Create));
        Assert.Equal(2, _flink.Calls.Count);
    }

    [Fact]
    public async Task A_role_that_stays_unknown_is_wrong()
    {
        await _hook.BeginAsync(RequestType.Create);
        _flink.Finish(ApplicationStatus.Ready, failed: true, Role, TimeSpan.FromMinutes(4));

        Assert.Equal($"job: its job did not start: {Role} {Log}", await _hook.ReasonAsync(RequestType.Create));
    }

    [Fact]
    public async Task A_role_that_stays_unknown_at_the_start_is_wrong()
    {
        _flink.Pass(TimeSpan.FromMinutes(4));
        _flink.Refuse("Start", "InvalidArgument", Role);

        var error = await Assert.ThrowsAsync<CustomResourceException>(() => _hook.BeginAsync(RequestType.Create));

        Assert.Equal($"job: its job cannot be started: InvalidArgument: {Role}", error.Message);
    }

    [Fact]
    public async Task A_start_of_an_earlier_version_says_nothing_of_this_one()
    {
        _flink.Begin(Operation.Start, "STARTING");
        _flink.Finish(ApplicationStatus.Ready, failed: true, "Of the version before.");
        _flink.Pass(TimeSpan.FromMinutes(1));
        _flink.Application = _flink.Application! with { Updated = _flink.GetUtcNow() };

        Assert.False(await _hook.IsDoneAsync(RequestType.Update));
        Assert.Single(_flink.Calls);
    }

    [Fact]
    public async Task A_job_that_stops_while_it_is_watched_fails_the_deployment()
    {
        await _hook.BeginAsync(RequestType.Create);
        _flink.Finish(ApplicationStatus.Running);
        _flink.Application = _flink.Application! with { Status = ApplicationStatus.Ready };

        Assert.Equal($"job: its job started and stopped again. {Log}", await _hook.ReasonAsync(RequestType.Create));
    }

    [Fact]
    public async Task A_job_that_somebody_stops_meanwhile_fails_the_deployment()
    {
        await _hook.BeginAsync(RequestType.Create);
        _flink.Finish(ApplicationStatus.Running);
        _flink.Begin(Operation.Stop, "STOPPING");
        _flink.Finish(ApplicationStatus.Ready);

        Assert.Equal($"job: its job started and stopped again: somebody stopped it. {Log}", await _hook.ReasonAsync(RequestType.Create));
    }

    [Theory]
    [InlineData("UPDATING")]
    [InlineData("AUTOSCALING")]
    [InlineData("STARTING")]
    [InlineData("STOPPING")]
    [InlineData("FORCE_STOPPING")]
    [InlineData("ROLLING_BACK")]
    [InlineData("MAINTENANCE")]
    public async Task Waits_while_something_goes_on(string status)
    {
        _flink.Begin(Operation.Update, status);

        await _hook.BeginAsync(RequestType.Update);
        _flink.Pass(TimeSpan.FromMinutes(25));

        Assert.False(await _hook.IsDoneAsync(RequestType.Update));
        Assert.Empty(_flink.Calls);
    }

    [Theory]
    [InlineData("AUTOSCALING")]
    [InlineData("STARTING")]
    [InlineData("ROLLING_BACK")]
    public async Task What_goes_on_for_too_long_fails_the_deployment(string status)
    {
        _flink.Begin(Operation.Update, status);
        _flink.Pass(TimeSpan.FromMinutes(26));

        Assert.Equal($"job: it has been {status} since 2026-11-22 12:00:00Z. {Log}", await _hook.ReasonAsync(RequestType.Update));
    }

    [Fact]
    public async Task An_update_that_goes_on_for_too_long_is_rolled_back_and_fails_the_deployment()
    {
        _flink.Begin(Operation.Update, ApplicationStatus.Updating);
        _flink.Pass(TimeSpan.FromMinutes(26));

        Assert.False(await _hook.IsDoneAsync(RequestType.Update));
        Assert.Equal(["Roll back 3"], _flink.Calls);
        Assert.False(await _hook.IsDoneAsync(RequestType.Update));
        Assert.Single(_flink.Calls);
        _flink.Finish(ApplicationStatus.Running);
        _flink.Operations[0] = _flink.Operations[0] with { Status = "FAILED", Ended = _flink.GetUtcNow() };
        _flink.Application = _flink.Application! with { Version = 4, CodeKey = "old.zip" };

        Assert.Equal(
            $"job: its update was undone: the service gives no reason. It is RUNNING, version 4, code: expected new.zip, got old.zip. {Log}",
            await _hook.ReasonAsync(RequestType.Update));
    }

    [Fact]
    public async Task An_update_that_cannot_be_rolled_back_says_so()
    {
        _flink.Begin(Operation.Update, ApplicationStatus.Updating);
        _flink.Pass(TimeSpan.FromMinutes(26));
        _flink.Refuse("RollBack", "InvalidRequest", "There is no snapshot.");

        Assert.Equal(
            "job: it has been UPDATING since 2026-11-22 12:00:00Z. It cannot be rolled back: InvalidRequest: There is no snapshot.",
            await _hook.ReasonAsync(RequestType.Update));
    }

    [Theory]
    [InlineData(ApplicationStatus.Running)]
    [InlineData(ApplicationStatus.Ready)]
    [InlineData(ApplicationStatus.RolledBack)]
    public async Task An_update_that_the_service_rolled_back_by_itself_fails_the_deployment_with_its_reason(string status)
    {
        _flink.Begin(Operation.Update, ApplicationStatus.Updating);
        _flink.Finish(status, failed: true, "The checkpoint could not be read.");
        _flink.Application = _flink.Application! with { Version = 5, CodeKey = "old.zip" };
        if (status == ApplicationStatus.Running)
        {
            await _hook.BeginAsync(RequestType.Update);
        }

        Assert.Equal(
            "job: its update was undone: The checkpoint could not be read. "
            + $"It is {status}, version 5, code: expected new.zip, got old.zip. {Log}",
            await _hook.ReasonAsync(RequestType.Update));
        Assert.Empty(_flink.Calls);
    }

    [Fact]
    public async Task An_update_that_was_undone_is_told_by_what_the_application_is()
    {
        async Task DiffersAsync(Application application, string difference)
        {
            _flink.Application = application;
            Assert.Contains(difference, await _hook.ReasonAsync(RequestType.Update), StringComparison.Ordinal);
        }

        var flink = _flink.Application! with { Status = ApplicationStatus.Running };
        await DiffersAsync(flink with { Runtime = "FLINK-1_20" }, "Runtime: expected FLINK-2_2, got FLINK-1_20");
        await DiffersAsync(flink with { Parallelism = 1 }, "parallelism: expected 2, got 1");
        await DiffersAsync(
            flink with { PropertyGroups = ScriptedFlink.Group("Rules", ("limit", "4")) }, "property Rules.limit: expected 5, got 4");
        await DiffersAsync(
            flink with { PropertyGroups = ScriptedFlink.Group("Other") }, "property Rules.limit: expected 5, got none");
    }

    [Fact]
    public async Task What_an_update_that_is_not_over_leaves_behind_is_not_judged()
    {
        _flink.Begin(Operation.Update, ApplicationStatus.Running);
        _flink.Application = _flink.Application! with { CodeKey = "old.zip" };
        _flink.Pass(_watch);

        Assert.False(await _hook.IsDoneAsync(RequestType.Update));
    }

    [Fact]
    public async Task A_rollback_of_the_stack_after_such_a_failure_succeeds()
    {
        // CloudFormation asks for what the service has gone back to already: the failed update is not this request's.
        _flink.Begin(Operation.Update, ApplicationStatus.Updating);
        _flink.Finish(ApplicationStatus.Running, failed: true, "No.");
        _flink.Application = _flink.Application! with { Version = 5, CodeKey = "old.zip" };
        _hook.Properties["CodeKey"] = "old.zip";
        _flink.Pass(_watch);

        await _hook.BeginAsync(RequestType.Update);

        Assert.True(await _hook.IsDoneAsync(RequestType.Update));
    }

    [Fact]
    public async Task Properties_too_many_to_be_told_are_not_compared()
    {
        _hook.Properties.Remove("PropertyGroups");
        _flink.Application = _flink.Application! with { Status = ApplicationStatus.Running, PropertyGroups = ScriptedFlink.Group("Other") };
        _flink.Pass(_watch);

        Assert.True(await _hook.IsDoneAsync(RequestType.Update));
    }

    [Theory]
    [InlineData("Describe", "Throttling")]
    [InlineData("Operations", "ServiceUnavailable")]
    [InlineData("Start", "ConcurrentModification")]
    public async Task A_busy_service_is_asked_again(string call, string code)
    {
        _flink.Refuse(call, code);

        Assert.False(await _hook.IsDoneAsync(RequestType.Update));
        Assert.False(await _hook.IsDoneAsync(RequestType.Update));

        Assert.Equal([$"Start {Restore.Latest} strict"], _flink.Calls);
    }

    [Fact]
    public async Task A_service_that_refuses_to_answer_fails_the_deployment()
    {
        _flink.Refuse("Describe", "AccessDenied");

        await Assert.ThrowsAsync<FlinkServiceException>(() => _hook.CompleteAsync(RequestType.Create));
    }

    [Theory]
    [InlineData(null, "job: there is no such application.")]
    [InlineData(ApplicationStatus.Deleting, "job: it is being deleted.")]
    public async Task An_application_that_is_gone_fails_the_deployment(string? status, string reason)
    {
        _flink.Application = status is null ? null : _flink.Application! with { Status = status };

        Assert.Equal(reason, await _hook.ReasonAsync(RequestType.Update));
    }

    [Fact]
    public async Task Another_type_of_resource_is_not_known() => Assert.Equal(
        "Job: expected Custom::FlinkPreparation or Custom::FlinkOperation, got 'Custom::Other'.",
        (await Assert.ThrowsAsync<CustomResourceException>(() => new Hook(_flink, "Custom::Other").BeginAsync(RequestType.Create))).Message);
}
