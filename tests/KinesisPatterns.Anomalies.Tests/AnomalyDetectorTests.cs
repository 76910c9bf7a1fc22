namespace KinesisPatterns.Anomalies.Tests;

public sealed class AnomalyDetectorTests
{
    private const int Days = 10;

    private readonly AnomalyDetector _detector = new();

    [Fact]
    public void A_spike_is_scored_above_everything_before_and_explained_by_what_was_expected()
    {
        var usual = _detector.Assess(Waves.Daily(Days * Waves.PerDay));

        var spike = Next(25);

        Assert.True(spike.Score > usual.Max(assessment => assessment.Score));
        Assert.True(spike.IsOnset);
        Assert.InRange(spike.Expected, -1, 2);
        Assert.StartsWith("25, expected ", spike.Reason, StringComparison.Ordinal);
        Assert.EndsWith(" % of this series' readings", spike.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_usual_at_another_time_of_day_is_unusual_at_this_one()
    {
        _detector.Assess(Waves.Daily(Days * Waves.PerDay));

        // Midnight, where the wave passes zero; noon is where it is lowest or highest.
        Assert.True(Next(9.5).Score > 0.99);
    }

    [Fact]
    public void A_sensor_that_is_stuck_has_a_shape_not_seen_before()
    {
        var series = Waves.Daily(12 * Waves.PerDay).ToList();
        var stuck = (Days * Waves.PerDay) + 70;
        _detector.Assess(series.Take(stuck));

        var assessments = _detector.Assess(series.Skip(stuck).Take(40).Select(reading => (reading.Time, 11.0)));

        Assert.Contains(assessments, assessment => assessment.Score > 0.99 && assessment.IsOnset);
    }

    [Fact]
    public void An_anomaly_that_lasts_has_few_onsets()
    {
        _detector.Assess(Waves.Daily(Days * Waves.PerDay));

        var assessments = _detector.Assess(Enumerable.Range(0, 90).Select(index => (Time(index), 40.0)));

        Assert.InRange(assessments.Count(assessment => assessment.IsOnset), 1, 5);
    }

    [Fact]
    public void The_first_readings_have_no_score()
    {
        var assessments = _detector.Assess(Waves.Daily(50));

        Assert.All(assessments, assessment => Assert.Equal((0, false), (assessment.Score, assessment.IsOnset)));
    }

    [Fact]
    public void A_constant_series_has_no_anomalies_until_it_changes()
    {
        Assert.All(_detector.Assess(Waves.Daily(1_000, scale: 0, offset: 7)), assessment => Assert.True(assessment.Score < 0.6));

        var change = _detector.Add(Waves.Start + (1_000 * Waves.FiveMinutes), 8)!.Value;

        Assert.True(change.Score > 0.99);
        Assert.Equal(7, change.Expected);
    }

    [Theory]
    [InlineData(1_024, 0)]
    [InlineData(1.0 / 65_536, 0)]
    public void The_unit_makes_no_difference(double scale, double offset)
    {
        var plain = _detector.Assess(Waves.Daily(2_000));
        var scaled = new AnomalyDetector().Assess(Waves.Daily(2_000, scale, offset));

        Assert.Equal(plain.Select(assessment => assessment.Score), scaled.Select(assessment => assessment.Score));
    }

    [Theory]
    [InlineData(1e120)]
    [InlineData(1e-120)]
    [InlineData(double.MaxValue)]
    [InlineData(double.Epsilon)]
    public void Values_of_any_magnitude_are_scored(double magnitude)
    {
        var assessments = _detector.Assess(Waves.Daily(500).Select((reading, index) => (reading.Time, (index % 3) - 1 == 0 ? magnitude : -magnitude)));

        Assert.All(assessments, assessment => Assert.InRange(assessment.Score, 0, 1));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Fails_on_a_value_that_is_not_finite_and_goes_on(double value)
    {
        _detector.Add(1, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => _detector.Add(2, value));

        Assert.Equal((1, 1), (_detector.LastTime, _detector.Readings));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_reading_that_is_not_newer_changes_nothing(long later)
    {
        _detector.Assess(Waves.Daily(200));
        var before = _detector.Save();

        Assert.Null(_detector.Add(_detector.LastTime!.Value + later, 99));

        Assert.Equal(before, _detector.Save());
    }

    [Fact]
    public void Gaps_irregular_times_and_times_before_1970_are_taken()
    {
        var random = new Random(3);
        var time = -40L * 86_400_000;
        var assessments = _detector.Assess(Waves.Daily(2_000).Select(reading => (time += random.Next(1, 3_600_000), reading.Value)));

        Assert.All(assessments, assessment => Assert.InRange(assessment.Score, 0, 1));
    }

    [Fact]
    public void Looks_at_nothing_that_comes_later()
    {
        var all = _detector.Assess(Waves.Daily(3_000));
        var half = new AnomalyDetector().Assess(Waves.Daily(3_000).Take(1_500));

        Assert.Equal(half, all.Take(1_500));
    }

    private static long Time(int after) => Waves.Start + ((((long)Days * Waves.PerDay) + after) * Waves.FiveMinutes);

    private Assessment Next(double value) => _detector.Add(Time(0), value)!.Value;
}
