using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Timestream;

/// <summary>The part of Timestream for LiveAnalytics that writers use.</summary>
/// <remarks>https://docs.aws.amazon.com/timestream/latest/developerguide/API_WriteRecords.html</remarks>
internal sealed class TimestreamService
{
    private const int MaximumRecords = 100;

    private readonly ConcurrentDictionary<(string Database, string Table), (string Arn, SeriesStore Store)> _tables = new();
    private readonly ConcurrentDictionary<(string Database, string Table, string Record), (long Version, string Values)> _versions = new();

    public void Add(string database, string table, string arn, SeriesStore store) => _tables[(database, table)] = (arn, store);

    public Task HandleAsync(HttpContext context) => AwsJson.ServeAsync(context, (operation, request) => Task.FromResult<JsonObject?>(operation switch
    {
        "DescribeEndpoints" when Allowed(context, operation, "*") => new()
        {
            ["Endpoints"] = new JsonArray(new JsonObject { ["Address"] = context.Request.Host.Value, ["CachePeriodInMinutes"] = 1440 }),
        },
        "WriteRecords" => Write(context, request),
        _ => throw AwsJson.Unknown(operation),
    }));

    private static bool Allowed(HttpContext context, string operation, string arn)
    {
        context.Demand($"timestream:{operation}", arn);
        return true;
    }

    private JsonObject Write(HttpContext context, JsonObject request)
    {
        var (database, table) = ((string?)request["DatabaseName"] ?? "", (string?)request["TableName"] ?? "");
        var (arn, store) = _tables.TryGetValue((database, table), out var found)
            ? found
            : throw new AwsJsonError("ResourceNotFoundException", $"The table {database}.{table} does not exist.");
        Allowed(context, "WriteRecords", arn);
        var records = request["Records"]?.AsArray() ?? [];
        if (records.Count is 0 or > MaximumRecords)
        {
            throw new AwsJsonError("ValidationException", $"Records: expected 1 to {MaximumRecords}, got {records.Count}.");
        }

        var rejected = new JsonArray();
        foreach (var (index, record) in records.Index())
        {
            if (Write(store, database, table, Complete(record!.AsObject(), request["CommonAttributes"] as JsonObject)) is { } problem)
            {
                problem["RecordIndex"] = index;
                rejected.Add(problem);
            }
        }

        return rejected.Count == 0
            ? new() { ["RecordsIngested"] = new JsonObject { ["Total"] = records.Count } }
            : throw new AwsJsonError(
                "RejectedRecordsException",
                "One or more records have been rejected. See RejectedRecords for details.",
                status: 419,
                new() { ["RejectedRecords"] = rejected });
    }

    // What a record does not say, the common attributes do; dimensions are put together.
    private static JsonObject Complete(JsonObject record, JsonObject? common)
    {
        var complete = record.DeepClone().AsObject();
        foreach (var (name, value) in common ?? [])
        {
            if (name == "Dimensions")
            {
                complete[name] = new JsonArray([.. (record[name]?.AsArray() ?? []).Concat(value!.AsArray()).Select(one => one!.DeepClone())]);
            }
            else if (complete[name] is null)
            {
                complete[name] = value?.DeepClone();
            }
        }

        return complete;
    }

    /// <summary>Null when the record is stored, else why not.</summary>
    private JsonObject? Write(SeriesStore store, string database, string table, JsonObject record)
    {
        var measure = (string?)record["MeasureName"];
        var dimensions = (record["Dimensions"]?.AsArray() ?? []).Select(one => KeyValuePair.Create((string?)one!["Name"] ?? "", (string?)one["Value"] ?? ""))
            .OrderBy(one => one.Key, StringComparer.Ordinal).ToList();
        if (measure is not { Length: > 0 } || dimensions.Any(one => one.Key.Length == 0 || one.Value.Length == 0)
            || !long.TryParse((string?)record["Time"], CultureInfo.InvariantCulture, out var time))
        {
            return new() { ["Reason"] = "A record needs a measure name, dimensions with a value, and a time." };
        }

        var tags = new Tags(dimensions, string.Join(',', dimensions.Select(one => $"{one.Key}={one.Value}")));
        var nanoseconds = time * PerUnit((string?)record["TimeUnit"]);
        var values = (string?)record["MeasureValueType"] == "MULTI"
            ? (record["MeasureValues"]?.AsArray() ?? []).Select(one => ((string?)one!["Name"] ?? "", (string?)one["Type"] ?? "", (string?)one["Value"] ?? "")).ToList()
            : [("measure_value", (string?)record["MeasureValueType"] ?? "DOUBLE", (string?)record["MeasureValue"] ?? "")];
        var points = new List<Point>();
        foreach (var (name, type, value) in values)
        {
            if (type is "VARCHAR")
            {
                points.Add(new(measure, tags, name, 0, nanoseconds, value));
            }
            else if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            {
                points.Add(new(measure, tags, name, number, nanoseconds));
            }
            else
            {
                return new() { ["Reason"] = $"The value '{value}' of {name} is no {type}." };
            }
        }

        if (Superseded((database, table, $"{measure},{tags.Text} {nanoseconds}"), (long?)record["Version"] ?? 1, string.Join('\n', values)) is { } version)
        {
            return new() { ["Reason"] = "A record already exists with the same time, dimensions and measure name, and a version at least as new.", ["ExistingVersion"] = version };
        }

        points.ForEach(store.Write);
        return null;
    }

    // The same record again is none, a newer version takes its place, an older one or another one of the same version is refused.
    private long? Superseded((string, string, string) key, long version, string values)
    {
        var stored = _versions.AddOrUpdate(key, (version, values), (_, before) => version > before.Version ? (version, values) : before);
        return stored == (version, values) ? null : stored.Version;
    }

    private static long PerUnit(string? unit) => unit switch
    {
        "SECONDS" => 1_000_000_000,
        "MICROSECONDS" => 1_000,
        "NANOSECONDS" => 1,
        _ => 1_000_000,
    };
}
