using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.RejectionCounter;

namespace KinesisPatterns.Lambdas.Tests.RejectionCounter;

public sealed class RejectionCounterFunctionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counts_readings_by_reason_under_the_names_of_the_cleansing_function()
    {
        var (failed, counts) = await CountAsync(
            """{"reason":"late"}""", """{"reason":"out-of-range"}""", """{"detail":"x","reason":"late"}""");

        Assert.Null(failed);
        Assert.Equal((3, 2, 1), ((int)counts["Rejected"]!, (int)counts["RejectedLate"]!, (int)counts["RejectedOutOfRange"]!));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"reason":5}""")]
    [InlineData("[]")]
    public async Task What_is_no_rejected_reading_is_not_counted_but_failed(string record)
    {
        var (failed, counts) = await CountAsync("""{"reason":"late"}""", record, """{"reason":"late"}""");

        Assert.Equal(2, failed);
        Assert.Equal(2, (int)counts["Rejected"]!);
    }

    private static async Task<(int? Failed, JsonNode Counts)> CountAsync(params string[] records)
    {
        using var log = new MemoryStream();
        var function = new RejectionCounterFunction(new EmbeddedMetrics(log));
        var answer = await function.HandleAsync(Events.Of(records), Token);
        return (Events.FailedFrom(answer), JsonNode.Parse(Encoding.UTF8.GetString(log.ToArray()))!);
    }
}
