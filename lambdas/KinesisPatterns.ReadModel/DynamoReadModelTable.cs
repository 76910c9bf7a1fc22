using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace KinesisPatterns.ReadModel;

/// <summary>The table of a read model in DynamoDB.</summary>
public sealed class DynamoReadModelTable(IAmazonDynamoDB dynamo, string name) : IReadModelContents
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<ReadModelItem?> LoadAsync(string key, CancellationToken cancellation)
    {
        var answer = await dynamo.GetItemAsync(
            new() { TableName = name, Key = new() { [Attributes.Id] = new(key) }, ConsistentRead = true }, cancellation);
        return answer.Item is { Count: > 0 } item ? ReadModelItem.Of(item) : null;
    }

    /// <inheritdoc/>
    public async Task<bool> SaveAsync(ReadModelItem item, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(item);
        var put = new PutItemRequest { TableName = name, Item = new(item.Attributes), ConditionExpression = "attribute_not_exists(revision)" };
        if (item.Revision > 1)
        {
            put.ConditionExpression = "revision = :before";
            put.ExpressionAttributeValues = new() { [":before"] = new() { N = (item.Revision - 1).ToString(CultureInfo.InvariantCulture) } };
        }

        try
        {
            await dynamo.PutItemAsync(put, cancellation);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadModelItem> ItemsAsync(bool waitingOnly, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var scan = new ScanRequest
        {
            TableName = name,
            ConsistentRead = true,
            ProjectionExpression = "id, version, early",
            FilterExpression = waitingOnly ? "attribute_exists(early)" : null,
        };
        do
        {
            var page = await dynamo.ScanAsync(scan, cancellation);
            foreach (var item in page.Items ?? [])
            {
                yield return ReadModelItem.Of(item);
            }

            scan.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (scan.ExclusiveStartKey is { Count: > 0 });
    }
}
