using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.TimestreamWrite;
using HttpTests;
using KinesisPatterns.Anomalies;
using KinesisPatterns.Lambdas.SeriesCalculator;

namespace KinesisPatterns.Lambdas.Tests.SeriesCalculator;

public sealed class TimestreamStoreTests
{
    private readonly List<Exception> _errors = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_point_is_a_record_with_several_measures()
    {
        await using var server = await HttpServer.StartAsync(_ => new(200, "{}"));

        var stored = await Store(server).WriteAsync(
            [new(new("m-1", "temperature"), new(1_795_375_680_123, 73.9), new Dictionary<string, string> { ["site"] = "hall 1", ["ü/2"] = "x" }, Score: 0.25)],
            Token);

        Assert.Equal((bool[])[true], stored);
        var request = JsonNode.Parse(Assert.Single(server.Seen).Text)!;
        Assert.Equal(("d", "t"), ((string)request["DatabaseName"]!, (string)request["TableName"]!));
        var record = Assert.Single(request["Records"]!.AsArray())!;
        Assert.Equal("temperature", (string)record["MeasureName"]!);
        Assert.Equal(("1795375680123", "MILLISECONDS"), ((string)record["Time"]!, (string)record["TimeUnit"]!));
        Assert.Equal(
            ["device=m-1", "site=hall 1", "__2=x"],
            record["Dimensions"]!.AsArray().Select(dimension => $"{dimension!["Name"]}={dimension["Value"]}"));
        Assert.Equal(
            ["value=73.9 DOUBLE", "score=0.25 DOUBLE"],
            record["MeasureValues"]!.AsArray().Select(value => $"{value!["Name"]}={value["Value"]} {value["Type"]}"));
    }

    [Fact]
    public async Task An_anomaly_is_a_record_of_its_own()
    {
        await using var server = await HttpServer.StartAsync(_ => new(200, "{}"));

        await Store(server).WriteAsync([Point(5) with { Anomaly = default(Assessment) }], Token);

        var record = JsonNode.Parse(Assert.Single(server.Seen).Text)!["Records"]!.AsArray()[1]!;
        Assert.Equal("anomalies:detected", (string)record["MeasureName"]!);
        Assert.Equal(
            ["score", "value", "expected", "reason"], record["MeasureValues"]!.AsArray().Select(value => (string)value!["Name"]!));
    }

    [Fact]
    public async Task Writes_100_records_at_a_time()
    {
        await using var server = await HttpServer.StartAsync(_ => new(200, "{}"));

        await Store(server).WriteAsync([.. Enumerable.Range(1, 250).Select(Point)], Token);

        Assert.Equal([100, 100, 50], server.Seen.Select(call => JsonNode.Parse(call.Text)!["Records"]!.AsArray().Count));
    }

    [Fact]
    public async Task Only_rejected_records_fail_with_their_reason()
    {
        await using var server = await HttpServer.StartAsync(_ => Rejected("""{"RecordIndex":1,"Reason":"outside of the retention"}"""));

        Assert.Equal((bool[])[true, false, true], await Store(server).WriteAsync([Point(1), Point(2), Point(3)], Token));
        Assert.Contains("outside of the retention", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_is_there_in_a_newer_version_is_stored()
    {
        await using var server = await HttpServer.StartAsync(_ =>
            Rejected($$"""{"RecordIndex":0,"Reason":"a higher version exists","ExistingVersion":{{TimestreamStore.Version(7)}}}"""));

        Assert.Equal((bool[])[true], await Store(server).WriteAsync([Point(1)], Token));
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task A_call_that_fails_fails_its_records_and_no_others()
    {
        var calls = 0;
        await using var server = await HttpServer.StartAsync(_ => ++calls == 1
            ? new(400, """{"__type":"AccessDeniedException","message":"no"}""")
            : new(200, "{}"));

        var stored = await Store(server).WriteAsync([.. Enumerable.Range(1, 150).Select(Point)], Token);

        Assert.Equal((100, 50), (stored.Count(one => !one), stored.Count(one => one)));
    }

    [Fact]
    public void Of_two_values_the_greater_has_the_newer_version()
    {
        double[] values = [double.MinValue, -1e10, -1, -double.Epsilon, 0, double.Epsilon, 0.1, 1, 1e10, double.MaxValue];

        var versions = values.Select(TimestreamStore.Version).ToList();

        Assert.Equal(versions.Order(), versions);
        Assert.All(versions, version => Assert.True(version > 0));
        Assert.Equal(TimestreamStore.Version(0), TimestreamStore.Version(-0.0));
        Assert.True(TimestreamStore.Version(1) < TimestreamStore.Version(1.0001));
    }

    private static Answer Rejected(string record) => new(
        419,
        $$"""{"__type":"com.amazonaws.timestream.v20181101#RejectedRecordsException","Message":"some","RejectedRecords":[{{record}}]}""");

    private static Point Point(int number) => new(new("m", "temperature"), new(number, number), null);

    private TimestreamStore Store(HttpServer server) => new(
        new AmazonTimestreamWriteClient(
            new BasicAWSCredentials("AKID", "secret"),
            new AmazonTimestreamWriteConfig { ServiceURL = server.Url.ToString(), AuthenticationRegion = "eu-west-1" }),
        "d",
        "t",
        _errors.Add);
}
