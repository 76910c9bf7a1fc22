using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Local.Tests.Faults;

public sealed class FaultPlanTests
{
    private static readonly FaultProfile Half = new("half", "", new Dictionary<FaultKind, double> { [FaultKind.Crash] = 0.5, [FaultKind.Slow] = 0.5 });

    [Fact]
    public void The_same_seed_has_the_same_faults_at_a_site_whatever_happens_elsewhere()
    {
        var (alone, among) = (new FaultPlan(7, Half), new FaultPlan(7, Half));

        var first = Enumerable.Range(0, 200).Select(_ => alone.Draw(FaultKind.Crash, "a")).ToList();
        var second = Enumerable.Range(0, 200).Select(i =>
        {
            among.Draw(FaultKind.Crash, $"b{i % 3}");
            among.Draw(FaultKind.Slow, "a");
            return among.Draw(FaultKind.Crash, "a");
        }).ToList();

        Assert.Equal(first, second);
    }

    [Fact]
    public void Another_seed_has_other_faults() => Assert.NotEqual(StruckBy(new(1, Half)), StruckBy(new(2, Half)));

    [Fact]
    public void A_rate_is_the_share_of_what_is_struck_and_everything_struck_is_counted()
    {
        var plan = new FaultPlan(3, Half);

        var struck = Enumerable.Range(0, 10_000).Count(_ => plan.Draw(FaultKind.Crash, "a") is not null);

        Assert.InRange(struck, 4800, 5200);
        Assert.Equal((struck, struck), (plan.Counts["Crash"], plan.Total));
    }

    [Fact]
    public void A_site_may_be_struck_less_often_than_others()
    {
        var plan = new FaultPlan(3, Half);

        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => plan.Draw(FaultKind.Crash, "a", share: 0.25) is not null), 1150, 1350);
    }

    [Fact]
    public void A_kind_that_the_profile_leaves_out_never_happens()
    {
        var plan = new FaultPlan(3, Half);

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.Null(plan.Draw(FaultKind.Hang, "a")));
    }

    [Theory]
    [InlineData("7", 7, "all")]
    [InlineData("0:poison", 0, "poison")]
    public void Reads_a_seed_and_a_profile(string text, int seed, string profile)
    {
        var plan = FaultProfile.Parse(text);

        Assert.Equal((seed, profile), (plan.Seed, plan.Profile.Name));
    }

    [Theory]
    [InlineData("x", "whole number")]
    [InlineData("1:storm", "got 'storm'")]
    public void Fails_on_anything_else(string text, string message) =>
        Assert.Contains(message, Assert.Throws<LocalHostException>(() => FaultProfile.Parse(text)).Message, StringComparison.Ordinal);

    private static List<bool> StruckBy(FaultPlan plan) =>
        [.. Enumerable.Range(0, 50).Select(_ => plan.Draw(FaultKind.Crash, "a") is not null)];
}
