using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Tests.Conformance;

/// <summary>
/// The calls that the Kinesis Client Library 3 makes, in their order: its lease table, the sync of shards and leases,
/// the hand-over of a lease, the end of a shard. Its own Java is not run.
/// </summary>
[Rule("https://github.com/awslabs/amazon-kinesis-client")]
public sealed class KclTests : IAsyncLifetime
{
    private const string Leases = "consumer-app";
    private const string Index = "LeaseOwnerToLeaseKeyIndex";

    private TestStack _stack = null!;
    private LocalHost _host = null!;
    private AmazonDynamoDBClient _dynamo = null!;
    private KinesisSide _kinesis = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_stack, _host) = await TestStack.StartAsync("""{ "Orders": { "Type": "AWS::Kinesis::Stream", "Properties": { "Name": "orders", "ShardCount": 2 } } }""");
        _dynamo = new(new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = _host.Endpoint.ToString(), AuthenticationRegion = "us-east-1" });
        _kinesis = new(_host.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        _dynamo.Dispose();
        _kinesis.Dispose();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task A_worker_leases_shards_hands_them_over_and_follows_a_split()
    {
        await CreateLeaseTableAsync();

        // Shard sync: one lease per shard, unless another worker was faster.
        var summary = await CallAsync("DescribeStreamSummary", new() { ["StreamName"] = "orders" });
        Assert.Equal(2, (int)summary["StreamDescriptionSummary"]!["OpenShardCount"]!);
        var shards = await ShardsAsync(new() { ["Type"] = "AT_TRIM_HORIZON" });
        foreach (var shard in shards)
        {
            await _dynamo.PutItemAsync(Lease(shard, owner: "worker-1"), Stop);
            await Assert.ThrowsAsync<ConditionalCheckFailedException>(() => _dynamo.PutItemAsync(Lease(shard, owner: "worker-2"), Stop));
        }

        // Discovery: in segments, and by owner over the index.
        var segments = await Task.WhenAll(Enumerable.Range(0, 2).Select(segment => _dynamo.ScanAsync(
            new() { TableName = Leases, TotalSegments = 2, Segment = segment, ConsistentRead = false }, Stop)));
        Assert.Equal(shards, segments.SelectMany(s => s.Items ?? []).Select(item => item["leaseKey"].S).Order());
        Assert.Equal(2, await LeasesOfAsync("worker-1"));

        // Renewal, and a hand-over that the old owner notices by its counter.
        await UpdateAsync(shards[0], counter: 1, expected: 0, owner: "worker-1", expectedOwner: "worker-1");
        await UpdateAsync(shards[0], counter: 2, expected: 1, owner: "worker-2", expectedOwner: "worker-1");
        await Assert.ThrowsAsync<ConditionalCheckFailedException>(
            () => UpdateAsync(shards[0], counter: 2, expected: 1, owner: "worker-1", expectedOwner: "worker-1"));
        Assert.Equal(1, await LeasesOfAsync("worker-2"));

        // The end of a shard names the children, which get leases of their own.
        var range = await CallAsync("ListShards", new() { ["StreamName"] = "orders" });
        await CallAsync("SplitShard", new() { ["StreamName"] = "orders", ["ShardToSplit"] = shards[0], ["NewStartingHashKey"] = "85070591730234615865843651857942052863" });
        Assert.Equal("UPDATING", (string?)(await CallAsync("DescribeStreamSummary", new() { ["StreamName"] = "orders" }))["StreamDescriptionSummary"]!["StreamStatus"]);
        var children = await ReadToEndAsync(shards[0]);
        Assert.Equal(["shardId-000000000002", "shardId-000000000003"], children);
        Assert.Equal(["shardId-000000000001", "shardId-000000000002", "shardId-000000000003"], await ShardsAsync(new() { ["Type"] = "AT_LATEST" }));
        Assert.Equal(2, range["Shards"]!.AsArray().Count);
        foreach (var child in children)
        {
            await _dynamo.PutItemAsync(Lease(child, owner: "worker-2", parent: shards[0]), Stop);
        }

        await _dynamo.DeleteItemAsync(new DeleteItemRequest
        {
            TableName = Leases,
            Key = new() { ["leaseKey"] = new(shards[0]) },
            ConditionExpression = "checkpoint = :end",
            ExpressionAttributeValues = new() { [":end"] = new("SHARD_END") },
        }, Stop);
        Assert.Equal(2, await LeasesOfAsync("worker-2"));
    }

    [Fact]
    public async Task An_index_that_is_added_later_finds_the_items_that_were_there()
    {
        await _dynamo.CreateTableAsync(Table(), Stop);
        await _dynamo.PutItemAsync(Lease("shardId-000000000000", owner: "worker-1"), Stop);
        await AddIndexAsync();

        Assert.Equal(1, await LeasesOfAsync("worker-1"));
        await Assert.ThrowsAsync<AmazonDynamoDBException>(AddIndexAsync);
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => _dynamo.UpdateTableAsync(new UpdateTableRequest
        {
            TableName = Leases,
            GlobalSecondaryIndexUpdates = [new() { Delete = new() { IndexName = "none" } }],
        }, Stop));
    }

    private async Task CreateLeaseTableAsync()
    {
        await _dynamo.CreateTableAsync(Table(), Stop);
        Assert.Equal(TableStatus.ACTIVE, (await _dynamo.DescribeTableAsync(Leases, Stop)).Table.TableStatus);
        var backups = await _dynamo.UpdateContinuousBackupsAsync(
            new() { TableName = Leases, PointInTimeRecoverySpecification = new() { PointInTimeRecoveryEnabled = true } }, Stop);
        Assert.Equal(PointInTimeRecoveryStatus.ENABLED, backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus);
        await AddIndexAsync();
        Assert.Equal(IndexStatus.ACTIVE, Assert.Single((await _dynamo.DescribeTableAsync(Leases, Stop)).Table.GlobalSecondaryIndexes).IndexStatus);
    }

    private static CreateTableRequest Table() => new()
    {
        TableName = Leases,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        KeySchema = [new("leaseKey", KeyType.HASH)],
        AttributeDefinitions = [new("leaseKey", ScalarAttributeType.S)],
    };

    private Task AddIndexAsync() => _dynamo.UpdateTableAsync(new UpdateTableRequest
    {
        TableName = Leases,
        AttributeDefinitions = [new("leaseKey", ScalarAttributeType.S), new("leaseOwner", ScalarAttributeType.S)],
        GlobalSecondaryIndexUpdates =
        [
            new()
            {
                Create = new()
                {
                    IndexName = Index,
                    KeySchema = [new("leaseOwner", KeyType.HASH), new("leaseKey", KeyType.RANGE)],
                    Projection = new() { ProjectionType = ProjectionType.KEYS_ONLY },
                },
            },
        ],
    }, Stop);

    private static PutItemRequest Lease(string shard, string owner, string? parent = null)
    {
        var item = new Dictionary<string, AttributeValue>
        {
            ["leaseKey"] = new(shard),
            ["leaseOwner"] = new(owner),
            ["leaseCounter"] = new() { N = "0" },
            ["ownerSwitchesSinceCheckpoint"] = new() { N = "0" },
            ["checkpoint"] = new("TRIM_HORIZON"),
            ["checkpointSubSequenceNumber"] = new() { N = "0" },
        };
        if (parent is not null)
        {
            item["parentShardId"] = new() { SS = [parent] };
        }

        return new() { TableName = Leases, Item = item, ConditionExpression = "attribute_not_exists(leaseKey)" };
    }

    private Task UpdateAsync(string shard, int counter, int expected, string owner, string expectedOwner) => _dynamo.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = Leases,
        Key = new() { ["leaseKey"] = new(shard) },
        UpdateExpression = "SET leaseCounter = :counter, leaseOwner = :owner, checkpoint = :checkpoint",
        ConditionExpression = "leaseCounter = :expected AND leaseOwner = :expectedOwner",
        ExpressionAttributeValues = new()
        {
            [":counter"] = new() { N = $"{counter}" },
            [":owner"] = new(owner),
            [":expected"] = new() { N = $"{expected}" },
            [":expectedOwner"] = new(expectedOwner),
            [":checkpoint"] = new("SHARD_END"),
        },
    }, Stop);

    private async Task<int> LeasesOfAsync(string owner) => (await _dynamo.QueryAsync(new QueryRequest
    {
        TableName = Leases,
        IndexName = Index,
        KeyConditionExpression = "leaseOwner = :owner",
        ExpressionAttributeValues = new() { [":owner"] = new(owner) },
    }, Stop)).Count ?? 0;

    private async Task<List<string>> ShardsAsync(JsonObject filter)
    {
        var listed = await CallAsync("ListShards", new() { ["StreamName"] = "orders", ["ShardFilter"] = filter });
        return [.. listed["Shards"]!.AsArray().Select(shard => (string)shard!["ShardId"]!)];
    }

    private async Task<List<string>> ReadToEndAsync(string shard)
    {
        var iterator = (string?)(await CallAsync(
            "GetShardIterator", new() { ["StreamName"] = "orders", ["ShardId"] = shard, ["ShardIteratorType"] = "TRIM_HORIZON" }))["ShardIterator"];
        while (true)
        {
            var read = await CallAsync("GetRecords", new() { ["ShardIterator"] = iterator });
            if ((string?)read["NextShardIterator"] is not { } next)
            {
                return [.. read["ChildShards"]!.AsArray().Select(child => (string)child!["ShardId"]!)];
            }

            iterator = next;
            await Task.Delay(250, Stop);
        }
    }

    private async Task<JsonObject> CallAsync(string operation, JsonObject request)
    {
        var (status, body) = await _kinesis.CallAsync(operation, request);
        Assert.True(status == 200, body.ToJsonString());
        return body;
    }
}
