using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>The table "Series" in DynamoDB.</summary>
/// <param name="dynamo">The service.</param>
/// <param name="name">The table's name.</param>
/// <param name="length">The length of a window in milliseconds.</param>
/// <param name="retention">How long a window is kept after its end.</param>
internal sealed class DynamoSeriesTable(IAmazonDynamoDB dynamo, string name, long length, TimeSpan retention) : ISeriesTable
{
    public async Task<SeriesWindow?> LoadAsync(SeriesKey series, long start, CancellationToken cancellationToken)
    {
        var answer = await dynamo.GetItemAsync(
            new()
            {
                TableName = name,
                Key = Key(series.Device, SeriesTable.WindowItem(series.Metric, start)),
                ConsistentRead = true,
                ProjectionExpression = "readings, version, #unit",
                ExpressionAttributeNames = new() { ["#unit"] = "unit" },
            },
            cancellationToken);
        return answer.Item is { Count: > 0 } item
            ? Window(start, item)
            : null;
    }

    public async Task<IReadOnlyList<SeriesWindow>> LoadRangeAsync(
        SeriesKey series, long from, long to, CancellationToken cancellationToken)
    {
        var windows = new List<SeriesWindow>();
        var query = new QueryRequest
        {
            TableName = name,
            ConsistentRead = true,
            KeyConditionExpression = "device = :device AND #item BETWEEN :from AND :to",
            ProjectionExpression = "#start, readings, version, #unit",
            ExpressionAttributeNames = new() { ["#item"] = SeriesTable.Item, ["#start"] = "start", ["#unit"] = "unit" },
            ExpressionAttributeValues = new()
            {
                [":device"] = new(series.Device),
                [":from"] = new(SeriesTable.WindowItem(series.Metric, from)),
                [":to"] = new(SeriesTable.WindowItem(series.Metric, to - 1)),
            },
        };
        do
        {
            var page = await dynamo.QueryAsync(query, cancellationToken);
            windows.AddRange((page.Items ?? []).Select(item => Window(
                Timestamps.TryParse(item["start"].S, out var start) ? start : throw new FormatException($"{name}: expected a time, got '{item["start"].S}'."),
                item)));
            query.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (query.ExclusiveStartKey is { Count: > 0 });

        return windows;
    }

    public async Task<DetectorSnapshot?> LoadDetectorAsync(SeriesKey series, CancellationToken cancellationToken)
    {
        var answer = await dynamo.GetItemAsync(
            new()
            {
                TableName = name,
                Key = Key(series.Device, SeriesTable.DetectorItem(series.Metric)),
                ConsistentRead = true,
                ProjectionExpression = "#state, version",
                ExpressionAttributeNames = new() { ["#state"] = "state" },
            },
            cancellationToken);
        return answer.Item is { Count: > 0 } item
            ? new(long.Parse(item["version"].N, CultureInfo.InvariantCulture), item["state"].B.ToArray())
            : null;
    }

    public Task<bool> SaveDetectorAsync(
        SeriesKey series, DetectorSnapshot snapshot, long last, CancellationToken cancellationToken)
    {
        var item = Key(series.Device, SeriesTable.DetectorItem(series.Metric));
        item["metric"] = new(series.Metric);
        item["state"] = new() { B = new(snapshot.State) };
        item["version"] = Number(snapshot.Version);
        item["expires"] = Expires(last);
        return PutVersionAsync(item, snapshot.Version, cancellationToken);
    }

    public Task<bool> SaveAsync(SeriesKey series, SeriesWindow window, CancellationToken cancellationToken)
    {
        var end = window.Start + length;
        var statistics = SeriesStatistics.Of(window.Samples);
        var item = Key(series.Device, SeriesTable.WindowItem(series.Metric, window.Start));
        item["metric"] = new(series.Metric);
        item["start"] = new(Timestamps.Text(window.Start));
        item["end"] = new(Timestamps.Text(end));
        item["count"] = Number(statistics.Count);
        item["sum"] = Number(statistics.Sum);
        item["mean"] = Number(statistics.Mean);
        item["deviation"] = Number(statistics.Deviation);
        item["minimum"] = Number(statistics.Minimum);
        item["maximum"] = Number(statistics.Maximum);
        item["first"] = Number(statistics.First);
        item["last"] = Number(statistics.Last);
        item["p50"] = Number(statistics.P50);
        item["p90"] = Number(statistics.P90);
        item["p99"] = Number(statistics.P99);
        item["readings"] = new() { B = new(SampleCodec.Encode(window.Start, window.Samples)) };
        item["version"] = Number(window.Version);
        item["expires"] = Expires(end);
        if (window.Unit is not null)
        {
            item["unit"] = new(window.Unit);
        }

        return PutVersionAsync(item, window.Version, cancellationToken);
    }

    public async Task<long> SaveLatestAsync(
        SeriesKey series, LatestValue latest, CleansedReading reading, CancellationToken cancellationToken)
    {
        var item = Key(series.Device, SeriesTable.LatestItem(series.Metric));
        item["metric"] = new(series.Metric);
        item["time"] = new(Timestamps.Text(latest.Time));
        item["value"] = Number(latest.Value);
        item["mean"] = Number(latest.Trailing.Mean);
        item["deviation"] = Number(latest.Trailing.Deviation);
        item["minimum"] = Number(latest.Trailing.Minimum);
        item["maximum"] = Number(latest.Trailing.Maximum);
        item["count"] = Number(latest.Trailing.Count);
        if (latest.Rate is { } rate)
        {
            item["rate"] = Number(rate);
        }

        if (latest.Score is { } score)
        {
            item["score"] = Number(score);
        }

        if (reading.Unit is not null)
        {
            item["unit"] = new(reading.Unit);
        }

        if (reading.Tags is { Count: > 0 } tags)
        {
            item["tags"] = new() { M = tags.ToDictionary(tag => tag.Key, tag => new AttributeValue(tag.Value)) };
        }

        try
        {
            await dynamo.PutItemAsync(
                new PutItemRequest
                {
                    TableName = name,
                    Item = item,
                    // Sets of readings only grow: of two latest values for the same time, the one made of more is the newer.
                    ConditionExpression = "attribute_not_exists(#time) OR #time < :time OR (#time = :time AND #count <= :count)",
                    ExpressionAttributeNames = new() { ["#time"] = "time", ["#count"] = "count" },
                    ExpressionAttributeValues = new() { [":time"] = item["time"], [":count"] = item["count"] },
                },
                cancellationToken);
            return latest.Time;
        }
        catch (ConditionalCheckFailedException)
        {
            return await LatestTimeAsync(series, cancellationToken) ?? latest.Time;
        }
    }

    private async Task<bool> PutVersionAsync(
        Dictionary<string, AttributeValue> item, long version, CancellationToken cancellationToken)
    {
        try
        {
            var put = new PutItemRequest { TableName = name, Item = item, ConditionExpression = "attribute_not_exists(version)" };
            if (version > 1)
            {
                put.ConditionExpression = "version = :before";
                put.ExpressionAttributeValues = new() { [":before"] = Number(version - 1) };
            }

            await dynamo.PutItemAsync(put, cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    private async Task<long?> LatestTimeAsync(SeriesKey series, CancellationToken cancellationToken)
    {
        var answer = await dynamo.GetItemAsync(
            new()
            {
                TableName = name,
                Key = Key(series.Device, SeriesTable.LatestItem(series.Metric)),
                ConsistentRead = true,
                ProjectionExpression = "#time",
                ExpressionAttributeNames = new() { ["#time"] = "time" },
            },
            cancellationToken);
        return answer.Item?.GetValueOrDefault("time")?.S is { } text && Timestamps.TryParse(text, out var time) ? time : null;
    }

    private static Dictionary<string, AttributeValue> Key(string device, string item) => new()
    {
        [SeriesTable.Device] = new(device),
        [SeriesTable.Item] = new(item),
    };

    private static AttributeValue Number(double value) => new() { N = SeriesTable.Number(value) };

    private static SeriesWindow Window(long start, Dictionary<string, AttributeValue> item) => new(
        start,
        SampleCodec.Decode(start, item["readings"].B.ToArray()),
        long.Parse(item["version"].N, CultureInfo.InvariantCulture),
        item.GetValueOrDefault("unit")?.S);

    private AttributeValue Expires(long last) => Number(Math.Floor((last + retention.TotalMilliseconds) / 1000));
}
