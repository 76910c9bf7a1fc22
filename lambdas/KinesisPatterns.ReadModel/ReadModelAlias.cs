using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace KinesisPatterns.ReadModel;

/// <summary>Which tables are the read model.</summary>
/// <param name="Read">The one that queries read.</param>
/// <param name="Also">One that is written as well: it is about to take over.</param>
public sealed record ReadModelTables(string Read, string? Also)
{
    /// <summary>The tables that events are brought into.</summary>
    public IReadOnlyList<string> Written => Also is null ? [Read] : [Also, Read];
}

/// <summary>Knows which tables are the read model.</summary>
public interface IReadModelAlias
{
    /// <summary>The tables as they are now, not as they were a moment ago.</summary>
    Task<ReadModelTables> ResolveAsync(CancellationToken cancellation);
}

/// <summary>Knows which tables are the read model, and can name others.</summary>
public interface IReadModelSwitch : IReadModelAlias
{
    /// <summary>Names other tables, unless somebody else has done so since <paramref name="before"/>.</summary>
    Task ChangeAsync(ReadModelTables before, ReadModelTables after, CancellationToken cancellation);
}

/// <summary>A read model that is one table for ever.</summary>
public sealed class FixedReadModel(string table) : IReadModelAlias
{
    private readonly ReadModelTables _tables = new(table, null);

    /// <inheritdoc/>
    public Task<ReadModelTables> ResolveAsync(CancellationToken cancellation) => Task.FromResult(_tables);
}

/// <summary>A read model whose tables an item names; <paramref name="initial"/> is the table until there is one.</summary>
/// <param name="dynamo">The service.</param>
/// <param name="table">The table of the item, with the partition key <c>id</c>.</param>
/// <param name="initial">The read model's first table; null when the item has to be there.</param>
public sealed class ReadModelAlias(IAmazonDynamoDB dynamo, string table, string? initial) : IReadModelSwitch
{
    private const string Item = "alias";
    private const string Read = "read";
    private const string Also = "also";

    /// <summary>The alias that the environment variables name.</summary>
    public static IReadModelAlias OfEnvironment(IAmazonDynamoDB dynamo)
    {
        var initial = Lambdas.Settings.Required("READ_MODEL_TABLE_NAME");
        return Environment.GetEnvironmentVariable("READ_MODELS_TABLE_NAME") is { Length: > 0 } models
            ? new ReadModelAlias(dynamo, models, initial)
            : new FixedReadModel(initial);
    }

    /// <inheritdoc/>
    public async Task<ReadModelTables> ResolveAsync(CancellationToken cancellation)
    {
        // A batch that starts after a switch has to see it: that is what leaves no gap (docs/replay.md).
        var answer = await dynamo.GetItemAsync(
            new() { TableName = table, Key = new() { [Attributes.Id] = new(Item) }, ConsistentRead = true }, cancellation);
        return answer.Item is { Count: > 0 } item ? new(item[Read].S, item.GetValueOrDefault(Also)?.S)
            : initial is not null ? new(initial, null)
            : throw new InvalidOperationException($"{table}: expected the item '{Item}', which names the read model's table, got none.");
    }

    /// <inheritdoc/>
    public async Task ChangeAsync(ReadModelTables before, ReadModelTables after, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var put = new PutItemRequest
        {
            TableName = table,
            Item = new() { [Attributes.Id] = new(Item), [Read] = new(after.Read) },
            ConditionExpression = before.Also is null
                ? "attribute_not_exists(#read) OR (#read = :read AND attribute_not_exists(#also))"
                : "#read = :read AND #also = :also",
            ExpressionAttributeNames = new() { ["#read"] = Read, ["#also"] = Also },
            ExpressionAttributeValues = new() { [":read"] = new(before.Read) },
        };
        if (after.Also is not null)
        {
            put.Item[Also] = new(after.Also);
        }

        if (before.Also is not null)
        {
            put.ExpressionAttributeValues[":also"] = new(before.Also);
        }

        try
        {
            await dynamo.PutItemAsync(put, cancellation);
        }
        catch (ConditionalCheckFailedException exception)
        {
            // The SDK sends a request again whose answer was lost: then it is as it should be already.
            if (await ResolveAsync(cancellation) == after)
            {
                return;
            }

            throw new InvalidOperationException($"{table}: somebody else has changed which tables are the read model.", exception);
        }
    }
}
