using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Firehose;
using KinesisPatterns.Local.S3;

namespace KinesisPatterns.Local.Tests.Firehose;

public sealed class DeliveryStreamTests : IDisposable
{
    private static readonly DateTimeOffset Arrival = new(2026, 11, 22, 9, 8, 7, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
    private readonly Bucket _bucket;

    public DeliveryStreamTests() => _bucket = new("archive", _folder.FullName, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Writes_one_compressed_object_with_a_line_per_record_under_the_dated_prefix()
    {
        using var stream = Delivery(gzip: true, delimiter: "\n");
        await stream.AddAsync(Record("a"), Cancellation);
        await stream.AddAsync(Record("b"), Cancellation);

        await stream.FlushAsync(Cancellation);

        var stored = Assert.Single(_bucket.Objects);
        Assert.StartsWith("data/year=2026/month=11/day=22/hour=09/raw-1-", stored.Key, StringComparison.Ordinal);
        await using var unpacked = new GZipStream(File.OpenRead(stored.File), CompressionMode.Decompress);
        Assert.Equal("a\nb\n", await new StreamReader(unpacked).ReadToEndAsync(Cancellation));
        Assert.Equal(2, stream.Delivered);
    }

    [Fact]
    public async Task Delivers_when_the_buffer_is_full()
    {
        using var stream = Delivery(size: 10);

        await stream.AddAsync(Record("123456"), Cancellation);
        Assert.Empty(_bucket.Objects);
        await stream.AddAsync(Record("7890ab"), Cancellation);

        Assert.Single(_bucket.Objects);
    }

    [Fact]
    public async Task Keeps_what_the_transform_failed_under_the_error_prefix_with_its_raw_data()
    {
        using var stream = Delivery(transform: (id, text) => text switch
        {
            "good" => new JsonObject { ["recordId"] = id, ["result"] = "Ok", ["data"] = Convert.ToBase64String("GOOD"u8) },
            "skip" => new JsonObject { ["recordId"] = id, ["result"] = "Dropped" },
            _ => new JsonObject { ["recordId"] = id, ["result"] = "ProcessingFailed" },
        });
        foreach (var text in (string[])["good", "skip", "bad"])
        {
            await stream.AddAsync(Record(text), Cancellation);
        }

        await stream.FlushAsync(Cancellation);

        Assert.Equal("GOOD", await File.ReadAllTextAsync(_bucket.List("data/").Single().File, Cancellation));
        var failure = JsonNode.Parse(await File.ReadAllTextAsync(_bucket.List("errors/processing-failed/").Single().File, Cancellation))!;
        Assert.Equal("bad", Encoding.UTF8.GetString(Convert.FromBase64String((string)failure["rawData"]!)));
        Assert.Equal((1, 1, 1), (stream.Delivered, stream.Dropped, stream.Failed));
    }

    [Fact]
    public async Task Keeps_its_buffer_when_a_delivery_fails()
    {
        var attempts = 0;
        using var stream = Delivery(transform: (id, text) => ++attempts < 3
            ? throw new InvalidOperationException()
            : new JsonObject { ["recordId"] = id, ["result"] = "Ok", ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) });
        await stream.AddAsync(Record("x"), Cancellation);

        await stream.FlushAsync(Cancellation);

        Assert.Null(stream.Error);
        Assert.Equal(3, attempts);
        Assert.Equal(1, stream.Delivered);
    }

    [Theory]
    [InlineData("raw/", "raw/2026/11/22/09/")]
    [InlineData("raw/!{timestamp:yyyy-MM-dd}/", "raw/2026-11-22/")]
    [InlineData("h=!{timestamp:H}/", "h=9/")]
    [InlineData(null, "2026/11/22/09/")]
    public void Reads_the_expressions_of_a_prefix(string? template, string expected) =>
        Assert.Equal(expected, Prefix.Of(template, Arrival));

    [Fact]
    public void Fails_on_an_expression_it_does_not_know() =>
        Assert.Throws<LocalHostException>(() => Prefix.Of("!{partitionKeyFromQuery:device}/", Arrival));

    private static DeliveryRecord Record(string text) => new(Encoding.UTF8.GetBytes(text), Arrival);

    private DeliveryStream Delivery(bool gzip = false, string delimiter = "", long size = 1 << 20, Func<string, string, JsonObject>? transform = null) => new(
        "raw",
        new("arn:aws:s3:::archive", "data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/", "errors/!{firehose:error-output-type}/", TimeSpan.FromMinutes(5), size, gzip, delimiter, null),
        _bucket,
        transform is null ? null : new("function", "arn:aws:firehose:us-east-1:000000000000:deliverystream/raw", "us-east-1", (_, payload, _) => Task.FromResult<ReadOnlyMemory<byte>?>(Answer(payload, transform)), TimeProvider.System),
        TimeProvider.System);

    private static byte[] Answer(ReadOnlyMemory<byte> payload, Func<string, string, JsonObject> transform) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["records"] = new JsonArray([.. JsonNode.Parse(payload.Span)!["records"]!.AsArray().Select(r =>
            transform((string)r!["recordId"]!, Encoding.UTF8.GetString(Convert.FromBase64String((string)r["data"]!))))]),
    }.ToJsonString());
}
