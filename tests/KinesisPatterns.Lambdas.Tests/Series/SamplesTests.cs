using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Tests.Series;

public sealed class SamplesTests
{
    /// <summary>Sets of samples whose times often meet.</summary>
    internal static Gen<Sample[]> Sets { get; } = Sample(Gen.Choose(0, 40).Select(time => (long)time)).ArrayOf().Select(Samples.Set);

    [Fact]
    public void Union_does_not_depend_on_order() => Prop.ForAll(
        Sets.Two().ToArbitrary(),
        sets => Samples.Union(sets.Item1, sets.Item2).SequenceEqual(Samples.Union(sets.Item2, sets.Item1)))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Union_does_not_depend_on_grouping() => Prop.ForAll(
        Sets.Three().ToArbitrary(),
        sets => Samples.Union(Samples.Union(sets.Item1, sets.Item2), sets.Item3)
            .SequenceEqual(Samples.Union(sets.Item1, Samples.Union(sets.Item2, sets.Item3))))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Union_with_what_is_there_changes_nothing() => Prop.ForAll(
        Sets.Two().ToArbitrary(),
        sets =>
        {
            var union = Samples.Union(sets.Item1, sets.Item2);
            return Samples.Union(union, sets.Item1).SequenceEqual(union) && Samples.Union(union, union).SequenceEqual(union);
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_set_is_sorted_and_has_one_sample_for_a_millisecond() => Prop.ForAll(
        Sets.ToArbitrary(),
        set => set.Zip(set.Skip(1)).All(pair => pair.First.Time < pair.Second.Time)
            && set.All(sample => set[Samples.IndexOf(set, sample.Time)] == sample))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Of_two_values_for_one_millisecond_the_greater_stays()
    {
        Sample[] low = [new(1, -0.0), new(2, 5)];
        Sample[] high = [new(1, 0.0), new(2, 7)];

        Assert.Equal(high, Samples.Union(low, high));
        Assert.Equal(high, Samples.Union(high, low));
        Assert.Equal(high, Samples.Set([.. low, .. high]));
        Assert.False(double.IsNegative(Samples.Union(low, high)[0].Value));
        Assert.True(Samples.IndexOf(high, 3) < 0);
    }

    internal static Gen<Sample> Sample(Gen<long> times) =>
        from time in times
        from value in ArbMap.Default.GeneratorFor<NormalFloat>()
        select new Sample(time, value.Item);
}
