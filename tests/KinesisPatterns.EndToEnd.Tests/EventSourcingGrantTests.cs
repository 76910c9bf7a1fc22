namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>What EventSourcing grants is needed: each grant is used by a run that has everything in it, and is missed when it is taken away.</summary>
[Collection(nameof(EventSourcingHost))]
public sealed class EventSourcingGrantTests(EventSourcingHost blueprint)
{
    private GrantChecks Grants => new(blueprint.Host, blueprint.Directory);

    [Fact]
    public void The_run_that_uses_everything_is_complete() => Assert.True(blueprint.Summary.Complete, blueprint.Summary.ToJson());

    [Fact]
    public Task Every_grant_is_used_or_has_a_reason() => Grants.EachIsUsedOrHasAReasonAsync();

    [Fact]
    public void Each_request_is_refused_once_the_grant_that_it_used_is_taken_away() => Grants.EachIsMissed(least: 40);

    [Fact]
    public Task A_stack_whose_role_lacks_what_AWS_asks_of_it_does_not_start() => Grants.NoHostStartsWithoutWhatADeploymentAsksForAsync(expected: 13);

    [Fact]
    public Task A_run_without_a_grant_of_each_role_is_refused_what_it_tries() => Grants.ARunWithoutAGrantOfEachRoleIsRefusedWhatItTriesAsync(
        ["CommandsStreamName", "EventsStreamName", "RejectedStreamName"], EventSourcingHost.UseAsync, IsBehind, LeaveOut);

    // A job that may not read calls nobody.
    private static bool IsBehind(string policy) => policy.StartsWith("Orders", StringComparison.Ordinal);

    // A machine that may not call its function leaves the function nothing to try; until the replay is done nobody uses the next table but it; and a
    // job that does not fail reads no checkpoint, nor lets one go before there are four.
    private static bool LeaveOut(TemplateGrant grant, string statement) =>
        grant.Policy.StartsWith("ReplayMachine", StringComparison.Ordinal)
        || (!grant.Policy.StartsWith("Replay", StringComparison.Ordinal) && statement.Contains("ReadModel2", StringComparison.Ordinal))
        || (grant.Policy.StartsWith("Cluster", StringComparison.Ordinal) && grant.Action is "s3:GetObject" or "s3:DeleteObject");
}
