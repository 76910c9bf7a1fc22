using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Timestream;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Tests.Timestream;

// https://docs.aws.amazon.com/timestream/latest/developerguide/API_WriteRecords.html
public sealed class TimestreamTests
{
    private readonly TimestreamService _service = new();
    private readonly SeriesStore _store = new();

    public TimestreamTests() => _service.Add("d", "t", "arn:aws:timestream:us-east-1:000000000000:table/t", _store);

    [Fact]
    public async Task Keeps_the_measures_of_a_record_as_a_series_each()
    {
        var (status, _) = await WriteAsync(Record(1, 21.5));

        Assert.Equal(200, status);
        var (key, series) = Assert.Single(_store.All);
        Assert.Equal(("temperature", "value", "m-1"), (key.Measurement, key.Field, key.Tags["device"]));
        Assert.Equal(1, series.Count);
    }

    [Fact]
    public async Task Rejects_records_one_by_one()
    {
        var (status, answer) = await WriteAsync(Record(1, 1), Record(2, 2).Replace("\"2\"", "\"NaN\"", StringComparison.Ordinal), Record(3, 3));

        Assert.Equal(419, status);
        Assert.Equal("RejectedRecordsException", (string?)answer["__type"]);
        Assert.Equal(1, (int)Assert.Single(answer["RejectedRecords"]!.AsArray())!["RecordIndex"]!);
        Assert.Equal(2, Assert.Single(_store.All).Value.Count);
    }

    [Fact]
    public async Task The_same_record_again_is_none_and_an_older_version_is_rejected()
    {
        await WriteAsync(Record(1, 5, version: 5));

        Assert.Equal(200, (await WriteAsync(Record(1, 5, version: 5))).Status);
        var (status, answer) = await WriteAsync(Record(1, 4, version: 4));

        Assert.Equal(419, status);
        Assert.Equal(5, (long)answer["RejectedRecords"]![0]!["ExistingVersion"]!);
    }

    [Fact]
    public async Task More_than_100_records_are_refused() =>
        Assert.Equal("ValidationException", (string?)(await WriteAsync([.. Enumerable.Range(1, 101).Select(number => Record(number, 1))])).Answer["__type"]);

    private static string Record(int time, double value, int version = 1) => $$"""
        {"MeasureName":"temperature","MeasureValueType":"MULTI","Time":"{{time}}","TimeUnit":"MILLISECONDS","Version":{{version}},
         "Dimensions":[{"Name":"device","Value":"m-1"}],"MeasureValues":[{"Name":"value","Type":"DOUBLE","Value":"{{value}}"}]}
        """;

    private async Task<(int Status, JsonObject Answer)> WriteAsync(params string[] records)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["X-Amz-Target"] = "Timestream_20181101.WriteRecords";
        context.Request.Body = new MemoryStream(
            Encoding.UTF8.GetBytes($$"""{"DatabaseName":"d","TableName":"t","Records":[{{string.Join(',', records)}}]}"""));
        context.Response.Body = new MemoryStream();
        await _service.HandleAsync(context);
        context.Response.Body.Position = 0;
        return (context.Response.StatusCode, JsonNode.Parse(context.Response.Body)!.AsObject());
    }
}
