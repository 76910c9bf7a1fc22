using System.IO.Compression;
using Amazon.DynamoDBv2;
using Amazon.Kinesis;
using Amazon.S3;
using KinesisPatterns.Cli;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.OrderQuery;
using KinesisPatterns.Lambdas.Projection;
using KinesisPatterns.Lambdas.Tests;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Tests;
using KinesisPatterns.ReadModel;
using static KinesisPatterns.Replay.Tests.OrderEvents;

namespace KinesisPatterns.Replay.Tests;

/// <summary>The command against the local host: real tables, a stream, and the archive that a delivery stream writes.</summary>
public sealed class ReplayCommandTests : IAsyncLifetime
{
    private const int Orders = 40;

    private readonly TestStack _stack = new();
    private LocalHost _host = null!;
    private AmazonDynamoDBClient _dynamo = null!;
    private AmazonKinesisClient _kinesis = null!;
    private AmazonS3Client _s3 = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        const string Table = """
            "Type": "AWS::DynamoDB::GlobalTable",
            "Properties": {
              "AttributeDefinitions": [
                { "AttributeName": "id", "AttributeType": "S" }, { "AttributeName": "customer", "AttributeType": "S" }, { "AttributeName": "placed", "AttributeType": "S" }
              ],
              "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
              "GlobalSecondaryIndexes": [{
                "IndexName": "orders-of-customer",
                "KeySchema": [{ "AttributeName": "customer", "KeyType": "HASH" }, { "AttributeName": "placed", "KeyType": "RANGE" }],
                "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["status", "total", "version"] }
              }],
              "BillingMode": "PAY_PER_REQUEST",
              "Replicas": [{ "Region": { "Ref": "AWS::Region" } }]
            }
            """;
        var folder = _stack.Write($$"""
            {
              "Events": { "Type": "AWS::Kinesis::Stream", "Properties": { "ShardCount": 2 } },
              "Archive": { "Type": "AWS::S3::Bucket", "Properties": {} },
              "Current": { {{Table}} },
              "New": { {{Table}} },
              "Models": {
                "Type": "AWS::DynamoDB::GlobalTable",
                "Properties": {
                  "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                  "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
                  "BillingMode": "PAY_PER_REQUEST",
                  "Replicas": [{ "Region": { "Ref": "AWS::Region" } }]
                }
              },
              "Role": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": { "Statement": [{ "Effect": "Allow", "Principal": { "Service": "firehose.amazonaws.com" }, "Action": "sts:AssumeRole" }] } } },
              "Delivery": {
                "Type": "AWS::KinesisFirehose::DeliveryStream",
                "Properties": {
                  "DeliveryStreamType": "KinesisStreamAsSource",
                  "KinesisStreamSourceConfiguration": { "KinesisStreamARN": { "Fn::GetAtt": ["Events", "Arn"] }, "RoleARN": { "Fn::GetAtt": ["Role", "Arn"] } },
                  "ExtendedS3DestinationConfiguration": {
                    "BucketARN": { "Fn::GetAtt": ["Archive", "Arn"] },
                    "RoleARN": { "Fn::GetAtt": ["Role", "Arn"] },
                    "Prefix": "events/data/year=!{timestamp:yyyy}/",
                    "ErrorOutputPrefix": "events/errors/!{firehose:error-output-type}/",
                    "CompressionFormat": "GZIP",
                    "BufferingHints": { "SizeInMBs": 1, "IntervalInSeconds": 1 },
                    "ProcessingConfiguration": { "Enabled": true, "Processors": [{ "Type": "AppendDelimiterToRecord", "Parameters": [{ "ParameterName": "Delimiter", "ParameterValue": "\\n" }] }] }
                  }
                }
              }
            }
            """);
        _host = await LocalHost.StartAsync(new() { AssemblyDirectory = folder, EnforcePermissions = false }, Cancellation);
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", _host.Endpoint.ToString());
        Environment.SetEnvironmentVariable("AWS_REGION", "us-east-1");
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "local");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "local");
        (_dynamo, _kinesis, _s3) = (new(), new(), new(new AmazonS3Config { ForcePathStyle = true }));
    }

    public async ValueTask DisposeAsync()
    {
        _dynamo.Dispose();
        _kinesis.Dispose();
        _s3.Dispose();
        await _host.DisposeAsync();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task Rebuilds_the_read_model_while_events_come_and_switches_its_readers()
    {
        // Long ago: only the archive knows.
        await ArchiveAsync("events/data/year=2025/old.gz", Enumerable.Range(0, Orders).Select(order => Placed($"o-{order}")));
        await ProjectAsync(Enumerable.Range(0, Orders).Select(order => Placed($"o-{order}")));
        await AddAsync(Enumerable.Range(0, Orders).Select(order => Confirmed($"o-{order}")));
        await UntilDeliveredAsync();

        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
        var (stopped, _, said) = await ReplayAsync(switches: false, stop.Token);
        Assert.True(stopped == 0 || said.Contains("goes on from here", StringComparison.Ordinal), said);

        var adding = Task.Run(AddMoreAsync, Cancellation);
        var (code, output, problems) = await ReplayAsync(switches: true, Cancellation);
        await adding;

        Assert.Equal((0, ""), (code, problems));
        Assert.Contains($"Every event is in {Name("New")}, which is the read model now.", output, StringComparison.Ordinal);
        await AddAsync([Cancelled("o-0", 8)]);
        var items = await ItemsAsync("New");
        Assert.Equal(8, items["order/o-0"]);
        Assert.Equal(Orders - 1, items.Count(item => item.Value == 7));
        var before = await ItemsAsync("Current");
        Assert.InRange(before["order/o-0"], 2, 7);
        await QueriesSeeItAsync();
    }

    [Fact]
    public async Task Says_where_a_gap_is_and_leaves_everything_as_it_was()
    {
        await ArchiveAsync("events/data/1.gz", [Placed()]);
        await PutAsync([Paid()]);

        using var problems = new StringWriter();
        var code = await ReplayCommand.GuardedAsync(Given, new(Switch: true) { Patience = TimeSpan.Zero }, TextWriter.Null, problems, Cancellation);

        Assert.Equal(1, code);
        Assert.Contains("order/o-1: event 2 is missing, 3 is there", problems.ToString(), StringComparison.Ordinal);
        Assert.Equal(new(Name("Current"), null), await Alias().ResolveAsync(Cancellation));
    }

    private async Task UntilDeliveredAsync()
    {
        while ((await _s3.ListObjectsV2Async(new() { BucketName = Name("Archive"), Prefix = "events/data/" }, Cancellation)).KeyCount < 2)
        {
            await Task.Delay(100, Cancellation);
        }
    }

    private async Task QueriesSeeItAsync()
    {
        var reader = new DynamoOrderReader(_dynamo, Alias());
        var order = (await reader.OrderAsync("o-0", Cancellation))!;
        Assert.Equal(("Cancelled", 12.5m, "tea", 8), (order.Status, order.Total, Assert.Single(order.Lines).Sku, order.History.Count));
        Assert.Null(await reader.OrderAsync("none", Cancellation));

        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = await reader.OrdersAsync("c-1", 15, next is null ? null : PageToken.Decode(next, "c-1"), Cancellation);
            seen.AddRange(page.Orders.Select(one => one.Id));
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(Enumerable.Range(0, Orders).Select(number => $"o-{number}").Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    private async Task AddMoreAsync()
    {
        for (var version = 3; version <= 7; version++)
        {
            var at = version;
            await AddAsync(Enumerable.Range(0, Orders).Select(order => OfOrder($"o-{order}", at)));
        }
    }

    // The stream has it first, then the projection is handed it.
    private async Task AddAsync(IEnumerable<string> events)
    {
        string[] all = [.. events];
        await PutAsync(all);
        await ProjectAsync(all);
    }

    [Fact]
    public async Task A_change_of_tables_whose_answer_was_lost_is_made_and_another_ones_is_not_undone()
    {
        var (first, both) = (new ReadModelTables(Name("Current"), null), new ReadModelTables(Name("Current"), Name("New")));

        await Alias().ChangeAsync(first, both, Cancellation);
        await Alias().ChangeAsync(first, both, Cancellation);

        Assert.Equal(both, await Alias().ResolveAsync(Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Alias().ChangeAsync(first, new(Name("Models"), null), Cancellation));
    }

    private async Task PutAsync(string[] events)
    {
        var answer = await _kinesis.PutRecordsAsync(
            new()
            {
                StreamName = Name("Events"),
                Records = [.. events.Select(text => new Amazon.Kinesis.Model.PutRecordsRequestEntry { PartitionKey = DomainEvent.Parse(Bytes(text)).Id, Data = new(Bytes(text)) })],
            },
            Cancellation);
        Assert.Equal(0, answer.FailedRecordCount);
    }

    private async Task ProjectAsync(IEnumerable<string> events)
    {
        var errors = new List<Exception>();
        var function = new ProjectionFunction(Alias(), name => new DynamoReadModelTable(_dynamo, name), new EmbeddedMetrics(Stream.Null), errors.Add);
        Assert.Null(Events.FailedFrom(await function.HandleAsync(Events.Of(events.Select(Bytes)), Cancellation)));
    }

    private async Task ArchiveAsync(string key, IEnumerable<string> events)
    {
        using var content = new MemoryStream();
        await using (var writer = new StreamWriter(new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true)))
        {
            foreach (var line in events)
            {
                await writer.WriteAsync($"{line}\n");
            }
        }

        content.Position = 0;
        await _s3.PutObjectAsync(new() { BucketName = Name("Archive"), Key = key, InputStream = content }, Cancellation);
    }

    private async Task<(int Code, string Output, string Problems)> ReplayAsync(bool switches, CancellationToken cancellation)
    {
        using var output = new StringWriter();
        using var problems = new StringWriter();
        var code = await ReplayCommand.GuardedAsync(Given, new(switches), output, problems, cancellation);
        return (code, output.ToString(), problems.ToString());
    }

    private async Task<Dictionary<string, long>> ItemsAsync(string table)
    {
        var items = new Dictionary<string, long>();
        await foreach (var item in new DynamoReadModelTable(_dynamo, Name(table)).ItemsAsync(waitingOnly: false, Cancellation))
        {
            items[item.Key] = item.Version;
        }

        return items;
    }

    private ReplayNames.Given Given =>
        new(null, null, $"{Name("Archive")}/events/data/", Name("Events"), Name("New"), Name("Models"), Name("Current"));

    private ReadModelAlias Alias() => new(_dynamo, Name("Models"), Name("Current"));

    private string Name(string logicalId) => _host.NameOf(logicalId);
}
