using Fixtures;

namespace ReadingCleansing.Tests;

/// <summary>The same readings and the same expectations as those of the cleansing function.</summary>
public sealed class FixtureTests
{
    [Theory]
    [InlineData("open")]
    [InlineData("closed")]
    public void Every_reading_of_the_fixture_ends_as_it_says(string name)
    {
        var fixture = ReadingFixture.Load(name);
        using var engine = new SqlEngine(Job.Render(Job.Rules(fixture.Rules)));
        engine.Add(fixture.Readings);

        var expected = fixture.Readings.Select(reading => reading.Expected).ToList();
        var actual = engine.Outputs();

        Assert.Empty(expected.Except(actual));
        Assert.Empty(actual.Except(expected));
        Assert.Equal(expected.Count, actual.Count);
    }
}
