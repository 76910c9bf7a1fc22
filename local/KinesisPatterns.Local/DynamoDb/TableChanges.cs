using System.Text.Json.Nodes;
using KinesisPatterns.Local.Hosting;

namespace KinesisPatterns.Local.DynamoDb;

/// <summary>What dynalite does not do to tables: it adds no index to one that exists, and knows no backups.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html . A table is made anew with its items.
/// </remarks>
internal static class TableChanges
{
    private const int ItemsOfBatch = 25;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    private static readonly string[] _kept = ["TableName", "AttributeDefinitions", "KeySchema"];

    /// <summary>Whether dynalite would ignore the request.</summary>
    public static bool Include(string operation, JsonObject request) => operation switch
    {
        "UpdateContinuousBackups" or "DescribeContinuousBackups" => true,
        "UpdateTable" => Changes(request).Any(change => change["Create"] is not null || change["Delete"] is not null),
        _ => false,
    };

    public static async Task<JsonObject> AnswerAsync(DynamoDbService dynamo, string operation, JsonObject request, CancellationToken cancellation)
    {
        var name = (string?)request["TableName"] ?? throw new AwsJsonError("ValidationException", "TableName is required.");
        var table = await DescribeAsync(dynamo, name, cancellation);
        return operation == "UpdateTable" ? await UpdateAsync(dynamo, request, table, cancellation) : Backups(request);
    }

    private static async Task<JsonObject> UpdateAsync(DynamoDbService dynamo, JsonObject request, JsonObject table, CancellationToken cancellation)
    {
        var name = (string)table["TableName"]!;
        var create = Description(request, table);
        var items = await ItemsAsync(dynamo, name, cancellation);
        await dynamo.CallAsync("DeleteTable", new() { ["TableName"] = name }, cancellation);
        await GoneAsync(dynamo, name, cancellation);
        await dynamo.CallAsync("CreateTable", create, cancellation);
        while ((string?)(await DescribeAsync(dynamo, name, cancellation))["TableStatus"] != "ACTIVE")
        {
            await Task.Delay(_pause, cancellation);
        }

        foreach (var batch in items.Chunk(ItemsOfBatch))
        {
            var puts = new JsonArray([.. batch.Select(item => (JsonNode)new JsonObject { ["PutRequest"] = new JsonObject { ["Item"] = item.DeepClone() } })]);
            await dynamo.CallAsync("BatchWriteItem", new() { ["RequestItems"] = new JsonObject { [name] = puts } }, cancellation);
        }

        return new() { ["TableDescription"] = await DescribeAsync(dynamo, name, cancellation) };
    }

    private static async Task GoneAsync(DynamoDbService dynamo, string name, CancellationToken cancellation)
    {
        while ((await dynamo.CallAsync("ListTables", [], cancellation))["TableNames"]!.AsArray().Any(table => (string?)table == name))
        {
            await Task.Delay(_pause, cancellation);
        }
    }

    private static JsonObject Description(JsonObject request, JsonObject table)
    {
        var create = new JsonObject(_kept.Select(member => KeyValuePair.Create(member, table[member]?.DeepClone())))
        {
            ["BillingMode"] = "PAY_PER_REQUEST",
        };
        if (request["AttributeDefinitions"] is { } attributes)
        {
            create["AttributeDefinitions"] = attributes.DeepClone();
        }

        var indexes = Indexes(table["GlobalSecondaryIndexes"]).ToDictionary(index => (string)index["IndexName"]!, StringComparer.Ordinal);
        foreach (var change in Changes(request))
        {
            if (change["Create"] is JsonObject added && !indexes.TryAdd((string)added["IndexName"]!, Index(added)))
            {
                throw new AwsJsonError("ValidationException", $"Attempting to create an index which already exists: {added["IndexName"]}");
            }

            if (change["Delete"] is JsonObject removed && !indexes.Remove((string)removed["IndexName"]!))
            {
                throw new AwsJsonError("ResourceNotFoundException", $"Requested resource not found: index {removed["IndexName"]}");
            }
        }

        if (indexes.Count > 0)
        {
            create["GlobalSecondaryIndexes"] = new JsonArray([.. indexes.Values]);
        }

        if (Indexes(table["LocalSecondaryIndexes"]).ToArray<JsonNode>() is { Length: > 0 } local)
        {
            create["LocalSecondaryIndexes"] = new JsonArray(local);
        }

        return create;
    }

    private static async Task<List<JsonNode>> ItemsAsync(DynamoDbService dynamo, string name, CancellationToken cancellation)
    {
        List<JsonNode> items = [];
        var scan = new JsonObject { ["TableName"] = name, ["ConsistentRead"] = true };
        do
        {
            var page = await dynamo.CallAsync("Scan", scan, cancellation);
            items.AddRange(page["Items"]!.AsArray().Select(item => item!));
            scan["ExclusiveStartKey"] = page["LastEvaluatedKey"]?.DeepClone();
        }
        while (scan["ExclusiveStartKey"] is not null);

        return items;
    }

    private static async Task<JsonObject> DescribeAsync(DynamoDbService dynamo, string name, CancellationToken cancellation) =>
        (await dynamo.CallAsync("DescribeTable", new() { ["TableName"] = name }, cancellation))["Table"]!.DeepClone().AsObject();

    private static JsonObject Backups(JsonObject request)
    {
        var isOn = Json.Boolean(request["PointInTimeRecoverySpecification"]?["PointInTimeRecoveryEnabled"]) is true;
        return new()
        {
            ["ContinuousBackupsDescription"] = new JsonObject
            {
                ["ContinuousBackupsStatus"] = "ENABLED",
                ["PointInTimeRecoveryDescription"] = new JsonObject { ["PointInTimeRecoveryStatus"] = isOn ? "ENABLED" : "DISABLED" },
            },
        };
    }

    private static IEnumerable<JsonObject> Changes(JsonObject request) =>
        (request["GlobalSecondaryIndexUpdates"] as JsonArray ?? []).Select(change => change!.AsObject());

    private static IEnumerable<JsonObject> Indexes(JsonNode? indexes) => (indexes as JsonArray ?? []).Select(index => Index(index!.AsObject()));

    private static JsonObject Index(JsonObject index) => new()
    {
        ["IndexName"] = index["IndexName"]!.DeepClone(),
        ["KeySchema"] = index["KeySchema"]!.DeepClone(),
        ["Projection"] = index["Projection"]!.DeepClone(),
    };
}
