using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Query;

/// <summary>The table "Series" in DynamoDB.</summary>
internal sealed class DynamoSeriesReader(IAmazonDynamoDB dynamo, string table) : ISeriesReader
{
    // Windows of a page, few enough that a page of sparse ones does not read much more than it answers.
    private const int WindowsPerCall = 100;

    public async Task<IReadOnlyList<LatestAnswer>> LatestAsync(string device)
    {
        var latest = new List<LatestAnswer>();
        var query = new QueryRequest
        {
            TableName = table,
            KeyConditionExpression = "device = :device AND begins_with(#item, :latest)",
            ExpressionAttributeNames = new() { ["#item"] = SeriesTable.Item },
            ExpressionAttributeValues = new() { [":device"] = new(device), [":latest"] = new(SeriesTable.LatestPrefix) },
        };
        do
        {
            var page = await dynamo.QueryAsync(query);
            latest.AddRange((page.Items ?? []).Select(Latest));
            query.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (query.ExclusiveStartKey is { Count: > 0 });

        return latest;
    }

    public async Task<LatestAnswer?> LatestAsync(SeriesKey series)
    {
        var answer = await dynamo.GetItemAsync(new()
        {
            TableName = table,
            Key = new()
            {
                [SeriesTable.Device] = new(series.Device),
                [SeriesTable.Item] = new(SeriesTable.LatestItem(series.Metric)),
            },
        });
        return answer.Item is { Count: > 0 } item ? Latest(item) : null;
    }

    public async IAsyncEnumerable<StoredWindow> WindowsAsync(SeriesKey series, long from, long to)
    {
        var query = new QueryRequest
        {
            TableName = table,
            KeyConditionExpression = "device = :device AND #item BETWEEN :from AND :to",
            ProjectionExpression = "#start, readings, #unit",
            ExpressionAttributeNames = new() { ["#item"] = SeriesTable.Item, ["#start"] = "start", ["#unit"] = "unit" },
            ExpressionAttributeValues = new()
            {
                [":device"] = new(series.Device),
                [":from"] = new(SeriesTable.WindowItem(series.Metric, from)),
                [":to"] = new(SeriesTable.WindowItem(series.Metric, to - 1)),
            },
            Limit = WindowsPerCall,
        };
        do
        {
            var page = await dynamo.QueryAsync(query);
            foreach (var item in page.Items ?? [])
            {
                var start = Time(item["start"].S);
                yield return new(
                    start, SampleCodec.Decode(start, item["readings"].B.ToArray()), item.GetValueOrDefault("unit")?.S);
            }

            query.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (query.ExclusiveStartKey is { Count: > 0 });
    }

    private static LatestAnswer Latest(Dictionary<string, AttributeValue> item) => new()
    {
        Device = item[SeriesTable.Device].S,
        Metric = item["metric"].S,
        Time = item["time"].S,
        Value = Number(item, "value"),
        Unit = item.GetValueOrDefault("unit")?.S,
        Tags = item.GetValueOrDefault("tags")?.M?.ToDictionary(tag => tag.Key, tag => tag.Value.S),
        Rate = item.ContainsKey("rate") ? Number(item, "rate") : null,
        Score = item.ContainsKey("score") ? Number(item, "score") : null,
        Mean = Number(item, "mean"),
        Deviation = Number(item, "deviation"),
        Minimum = Number(item, "minimum"),
        Maximum = Number(item, "maximum"),
        Count = int.Parse(item["count"].N, CultureInfo.InvariantCulture),
    };

    private static double Number(Dictionary<string, AttributeValue> item, string name) => SeriesTable.Parse(item[name].N);

    private static long Time(string text) => Timestamps.TryParse(text, out var time)
        ? time
        : throw new FormatException($"The table: expected a time, got '{text}'.");
}
