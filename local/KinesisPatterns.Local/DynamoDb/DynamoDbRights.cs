using System.Text.Json;
using KinesisPatterns.Local.Iam;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.DynamoDb;

/// <summary>Which actions a request of DynamoDB needs, and on which tables and indexes.</summary>
/// <remarks>https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html</remarks>
internal static class DynamoDbRights
{
    private const string LeadingKeys = "dynamodb:LeadingKeys";

    /// <summary>Fails when the caller may not do what the request is for; a request that names no table is left to the service to refuse.</summary>
    public static void Demand(HttpContext context, ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, DynamoDbTable> tables)
    {
        if (context.Caller() is not { } caller)
        {
            return;
        }

        var target = context.Request.Headers["X-Amz-Target"].ToString();
        var operation = target[(target.LastIndexOf('.') + 1)..];
        if (operation == "ListTables")
        {
            caller.Demand("dynamodb:ListTables", "*");
            return;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            // The service says what is wrong with it.
            return;
        }

        using (document)
        {
            foreach (var (action, name, index, key) in Needs(operation, document.RootElement))
            {
                Demand(caller, action, name, index, key, tables);
            }
        }
    }

    private static void Demand(
        Caller caller, string action, string name, string? index, JsonElement? item, IReadOnlyDictionary<string, DynamoDbTable> tables)
    {
        var table = tables.GetValueOrDefault(name[(name.LastIndexOf('/') + 1)..]);
        if (table is null)
        {
            return;
        }

        caller.Demand($"dynamodb:{action}", index is null ? table.Arn : $"{table.Arn}/index/{index}", Leading(item, table.PartitionKey));

        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        caller.DemandKeyOf(table.Arn, "dynamodb", "kms:Decrypt");
    }

    private static ConditionKeys? Leading(JsonElement? item, string? partitionKey) =>
        item is { ValueKind: JsonValueKind.Object } attributes && partitionKey is not null
        && attributes.TryGetProperty(partitionKey, out var value) && value.ValueKind == JsonValueKind.Object
            ? new(LeadingKeys, value.EnumerateObject().Select(typed => typed.Value.ToString()).First())
            : null;

    private static IEnumerable<(string Action, string Table, string? Index, JsonElement? Key)> Needs(string operation, JsonElement request)
    {
        switch (operation)
        {
            case "BatchGetItem" or "BatchWriteItem" when Member(request, "RequestItems") is { ValueKind: JsonValueKind.Object } items:
                foreach (var table in items.EnumerateObject())
                {
                    yield return (operation, table.Name, null, null);
                }

                break;
            case "TransactGetItems" or "TransactWriteItems" when Member(request, "TransactItems") is { ValueKind: JsonValueKind.Array } items:
                foreach (var one in items.EnumerateArray().SelectMany(item => item.EnumerateObject()))
                {
                    var action = one.Name is "ConditionCheck" ? "ConditionCheckItem" : $"{one.Name}Item";
                    yield return (action, Text(one.Value, "TableName") ?? "", null, Member(one.Value, "Key") ?? Member(one.Value, "Item"));
                }

                break;
            default:
                yield return (operation, Text(request, "TableName") ?? "", Text(request, "IndexName"), Member(request, "Key") ?? Member(request, "Item"));
                break;
        }
    }

    private static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement json, string name) => Member(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
