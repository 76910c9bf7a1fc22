namespace KinesisPatterns.Anomalies.Tests;

public sealed class StateTests
{
    private const int Largest = 64 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(60)]
    [InlineData(76)]
    [InlineData(257)]
    [InlineData(1_234)]
    [InlineData(2_999)]
    public void A_loaded_detector_continues_to_the_last_bit(int cut)
    {
        var series = Waves.Daily(3_000).ToList();
        var through = new AnomalyDetector();
        var expected = through.Assess(series);

        var first = new AnomalyDetector();
        first.Assess(series.Take(cut));
        var second = AnomalyDetector.Load(first.Save());
        var rest = second.Assess(series.Skip(cut));

        Assert.Equal(expected.Skip(cut), rest);
        Assert.Equal(through.Save(), second.Save());
    }

    [Fact]
    public void A_state_of_a_long_series_has_less_than_64_KB_saved_and_in_memory()
    {
        var random = new Random(1);
        var detector = new AnomalyDetector();
        for (var index = 0; index < 50_000; index++)
        {
            detector.Add(index * 60_000L, random.NextDouble() * Math.Pow(10, random.Next(-6, 6)));
        }

        Assert.InRange(detector.Save().Length, 1, Largest);
        Assert.InRange(MemoryOf(), 1, Largest);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 2, 0 })]
    [InlineData(new byte[] { 1, 0xFF, 0xFF })]
    public void Fails_on_bytes_that_are_no_state(byte[] bytes) => Assert.Throws<FormatException>(() => AnomalyDetector.Load(bytes));

    [Fact]
    public void Fails_on_a_state_that_is_cut_short()
    {
        var state = new AnomalyDetector().Save();

        Assert.Throws<FormatException>(() => AnomalyDetector.Load(state.AsSpan(0, state.Length / 2)));
    }

    private static long MemoryOf()
    {
        _ = new AnomalyDetector();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var detector = new AnomalyDetector();
        var after = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(detector);
        return after - before;
    }
}
