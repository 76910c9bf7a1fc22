using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.DynamoDBv2;

namespace KinesisPatterns.Replay;

/// <summary>Keeps the checkpoint of a replay in an item, beside the read model's alias.</summary>
/// <param name="dynamo">The service.</param>
/// <param name="table">The table of the alias.</param>
/// <param name="target">The table that is rebuilt.</param>
public sealed class DynamoCheckpoints(IAmazonDynamoDB dynamo, string table, string target) : ICheckpoints
{
    /// <inheritdoc/>
    public async Task<Checkpoint?> LoadAsync(CancellationToken cancellation)
    {
        var answer = await dynamo.GetItemAsync(
            new() { TableName = table, Key = new() { ["id"] = new($"replay/{target}") }, ConsistentRead = true }, cancellation);
        return answer.Item is { Count: > 0 } item ? JsonSerializer.Deserialize(item["checkpoint"].S, CheckpointJson.Default.Checkpoint) : null;
    }

    /// <inheritdoc/>
    public Task SaveAsync(Checkpoint checkpoint, CancellationToken cancellation) => dynamo.PutItemAsync(
        new()
        {
            TableName = table,
            Item = new()
            {
                ["id"] = new($"replay/{target}"),
                ["checkpoint"] = new(JsonSerializer.Serialize(checkpoint, CheckpointJson.Default.Checkpoint)),
                ["saved"] = new(DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture)),
            },
        },
        cancellation);
}

[JsonSerializable(typeof(Checkpoint))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
