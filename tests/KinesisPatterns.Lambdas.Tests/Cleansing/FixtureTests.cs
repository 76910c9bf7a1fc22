using System.Text;
using System.Text.Json.Nodes;
using Fixtures;
using KinesisPatterns.Lambdas.Cleansing;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Tests.Cleansing;

/// <summary>What the Flink job makes of the same readings is in ReadingCleansing.Tests.</summary>
public sealed class FixtureTests
{
    [Theory]
    [InlineData("open")]
    [InlineData("closed")]
    public void Every_reading_of_the_fixture_ends_as_it_says(string name)
    {
        var fixture = ReadingFixture.Load(name);
        var cleanser = new Cleanser(CleansingRules.Parse(Encoding.UTF8.GetBytes(fixture.Rules)));

        var different = fixture.Readings
            .Select((reading, number) => (reading.Case, reading.Expected, Actual: Cleanse(cleanser, reading, number + 1)))
            .Where(reading => reading.Expected != reading.Actual);

        Assert.Empty(different);
    }

    private static string Cleanse(Cleanser cleanser, FixtureReading reading, int number)
    {
        var batch = KinesisBatch.Read(Events.Json([reading.Data], number, reading.Arrival.ToUnixTimeMilliseconds()));
        var result = cleanser.Cleanse(batch);
        cleanser.Commit(result, Enumerable.Repeat(true, result.Accepted.Count).ToArray());
        var outputs = result.Accepted.ToRecords().Select(record => FixtureReading.Canonical(Json(record)))
            .Concat(result.Rejected.ToRecords().Select(record => FixtureReading.CanonicalRejected(Json(record))))
            .ToList();
        cleanser.Release(result);
        return Assert.Single(outputs);
    }

    private static JsonObject Json(OutputRecord record) => JsonNode.Parse(record.Data.Span)!.AsObject();
}
