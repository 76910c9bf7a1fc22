using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Tests.Timestream;

public sealed class SeriesStoreTests
{
    private readonly SeriesStore _store = new();

    [Fact]
    public void Writing_a_point_again_has_no_effect()
    {
        Write(5, 1);
        Write(5, 1);

        Assert.Equal(1, _store.Count);
        Assert.Equal(2, _store.Written);
    }

    [Fact]
    public void The_last_value_written_for_a_time_stays()
    {
        Write(5, 1);
        Write(5, 2);

        Assert.Equal([(5, 2)], Series().Range(0, 10));
    }

    [Fact]
    public void A_late_point_takes_its_place_in_order()
    {
        Write(5, 1);
        Write(9, 2);
        Write(7, 3);

        Assert.Equal([(5, 1), (7, 3), (9, 2)], Series().Range(0, 10));
    }

    [Fact]
    public void A_range_holds_its_start_and_not_its_end()
    {
        Write(5, 1);
        Write(7, 2);
        Write(9, 3);

        Assert.Equal([(5, 1), (7, 2)], Series().Range(5, 9));
    }

    [Fact]
    public void Is_found_by_any_of_its_tags()
    {
        Write(5, 1);

        Assert.True(Assert.Single(_store.With("m", "site", "hall")).Contains(5));
        Assert.Empty(_store.With("m", "site", "other"));
    }

    private Series Series() => _store.With("m", "device", "d").Single();

    private void Write(long time, double value) =>
        _store.Write(LineProtocol.Parse(FormattableString.Invariant($"m,device=d,site=hall value={value} {time}"), 1, () => 0).Single());
}
