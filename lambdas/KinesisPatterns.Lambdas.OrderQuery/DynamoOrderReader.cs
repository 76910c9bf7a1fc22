using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using KinesisPatterns.ReadModel;

namespace KinesisPatterns.Lambdas.OrderQuery;

/// <summary>The read model in DynamoDB.</summary>
internal sealed class DynamoOrderReader(IAmazonDynamoDB dynamo, IReadModelAlias alias) : IOrderReader
{
    public async Task<OrderAnswer?> OrderAsync(string id, CancellationToken cancellation)
    {
        // Before its first event is there, an order has later ones at most.
        return await LoadAsync($"{DomainEvent.Order}/{id}", cancellation) is { } item && item.TryGetValue(Attributes.Placed, out var placed)
            ? new()
            {
                Id = id,
                Version = Whole(item, Attributes.Version),
                Status = item[Attributes.Status].S,
                Customer = item[Attributes.Customer].S,
                Placed = placed.S,
                Updated = item[Attributes.Updated].S,
                Total = Number(item, Attributes.Total),
                Reason = item.GetValueOrDefault(Attributes.Reason)?.S,
                Lines = [.. (item[Attributes.Lines].L ?? []).Select(line => new LineAnswer(line.M["sku"].S, Number(line.M, "quantity"), Number(line.M, "unitPrice")))],
                History = [.. item[Attributes.History].L.Select(happened => new HappenedAnswer(Whole(happened.M, "version"), happened.M["type"].S, happened.M["time"].S))],
            }
            : null;
    }

    public async Task<OrdersAnswer> OrdersAsync(string customer, int limit, PageToken? after, CancellationToken cancellation)
    {
        var page = await dynamo.QueryAsync(
            new()
            {
                TableName = (await alias.ResolveAsync(cancellation)).Read,
                IndexName = Attributes.CustomerIndex,
                KeyConditionExpression = "customer = :customer",
                ExpressionAttributeValues = new() { [":customer"] = new(customer) },
                ScanIndexForward = false,
                Limit = limit,
                ExclusiveStartKey = after is null ? null : new()
                {
                    [Attributes.Customer] = new(customer),
                    [Attributes.Placed] = new(after.Placed),
                    [Attributes.Id] = new(after.Id),
                },
            },
            cancellation);
        return new(
            customer,
            [.. (page.Items ?? []).Select(item => new OrderSummary(
                item[Attributes.Id].S[(DomainEvent.Order.Length + 1)..],
                item[Attributes.Status].S,
                item[Attributes.Placed].S,
                Number(item, Attributes.Total),
                Whole(item, Attributes.Version)))],
            page.LastEvaluatedKey is { Count: > 0 } last ? new PageToken(last[Attributes.Placed].S, last[Attributes.Id].S).Encode(customer) : null);
    }

    public async Task<StockAnswer?> StockAsync(string sku, CancellationToken cancellation) =>
        await LoadAsync($"{DomainEvent.Stock}/{sku}", cancellation) is { } item && item.ContainsKey(Attributes.Available)
            ? new(
                sku,
                Whole(item, Attributes.Version),
                Number(item, Attributes.Available),
                (item.GetValueOrDefault(Attributes.Reserved)?.M ?? []).ToDictionary(held => held.Key, held => decimal.Parse(held.Value.N, CultureInfo.InvariantCulture)),
                item[Attributes.Updated].S)
            : null;

    private async Task<Dictionary<string, AttributeValue>?> LoadAsync(string key, CancellationToken cancellation)
    {
        var table = (await alias.ResolveAsync(cancellation)).Read;
        var answer = await dynamo.GetItemAsync(new() { TableName = table, Key = new() { [Attributes.Id] = new(key) } }, cancellation);
        return answer.Item is { Count: > 0 } item ? item : null;
    }

    private static long Whole(Dictionary<string, AttributeValue> item, string name) => long.Parse(item[name].N, CultureInfo.InvariantCulture);

    private static decimal Number(Dictionary<string, AttributeValue> item, string name) =>
        decimal.Parse(item[name].N, NumberStyles.Float, CultureInfo.InvariantCulture);
}
