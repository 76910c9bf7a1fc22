using System.Globalization;
using System.Text;
using Amazon.TimestreamWrite;
using Amazon.TimestreamWrite.Model;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>
/// Timestream for LiveAnalytics: one table, a record's measure named after its metric
/// (https://docs.aws.amazon.com/timestream/latest/developerguide/writes.html).
/// </summary>
/// <param name="service">The service; its SDK finds the endpoint to write to.</param>
/// <param name="database">The database.</param>
/// <param name="table">The table.</param>
/// <param name="onError">Told of what could not be written.</param>
internal sealed class TimestreamStore(
    IAmazonTimestreamWrite service, string database, string table, Action<Exception> onError) : ISeriesStore
{
    // https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
    private const int MaximumRecords = 100;
    private const int LongestText = 2_048;
    private const int LongestName = 60;

    public async Task<bool[]> WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken)
    {
        var stored = new bool[points.Count];
        Array.Fill(stored, true);
        var records = points.SelectMany((point, index) => Records(point).Select(record => (Index: index, Record: record)));
        foreach (var call in records.Chunk(MaximumRecords))
        {
            foreach (var failed in await FailedAsync(call, cancellationToken))
            {
                stored[failed] = false;
            }
        }

        return stored;
    }

    private async Task<IEnumerable<int>> FailedAsync((int Index, Record Record)[] call, CancellationToken cancellationToken)
    {
        try
        {
            await service.WriteRecordsAsync(
                new() { DatabaseName = database, TableName = table, Records = [.. call.Select(one => one.Record)] }, cancellationToken);
            return [];
        }
        catch (RejectedRecordsException exception)
        {
            // The others are stored. One that is refused because a version at least as new is there, is stored as well.
            var refused = exception.RejectedRecords.Where(record => record.ExistingVersion is not { } version
                || version < call[record.RecordIndex ?? 0].Record.Version).ToList();
            if (refused.Count > 0)
            {
                onError(new InvalidOperationException(
                    $"{refused.Count} of {call.Length} records were rejected: {string.Join("; ", refused.Select(record => record.Reason).Distinct())}",
                    exception));
            }

            return refused.Select(record => call[record.RecordIndex ?? 0].Index);
        }
        catch (Exception exception)
        {
            // What is not stored is reported as such; Lambda delivers it again.
            onError(exception);
            return call.Select(one => one.Index);
        }
    }

    private static IEnumerable<Record> Records(Point point)
    {
        var measures = new List<MeasureValue> { Number("value", point.Sample.Value) };
        if (point.Score is { } score)
        {
            measures.Add(Number("score", score));
        }

        yield return Multi(point.Series.Metric, Dimensions(point), measures, point.Sample.Time, Version(point.Sample.Value));
        if (point.Anomaly is { } anomaly)
        {
            yield return Multi(
                "anomalies:detected",
                [Dimension("device", point.Series.Device), Dimension("metric", point.Series.Metric)],
                [
                    Number("score", anomaly.Score), Number("value", anomaly.Value), Number("expected", anomaly.Expected),
                    new() { Name = "reason", Value = Cut(anomaly.Reason), Type = MeasureValueType.VARCHAR },
                ],
                anomaly.Time,
                Version(anomaly.Value));
        }
    }

    private static Record Multi(string measure, List<Dimension> dimensions, List<MeasureValue> values, long time, long version) => new()
    {
        MeasureName = measure,
        MeasureValueType = MeasureValueType.MULTI,
        MeasureValues = values,
        Dimensions = dimensions,
        Time = time.ToString(CultureInfo.InvariantCulture),
        TimeUnit = TimeUnit.MILLISECONDS,
        Version = version,
    };

    private static List<Dimension> Dimensions(Point point) =>
    [
        Dimension("device", point.Series.Device),
        .. (point.Tags ?? new Dictionary<string, string>())
            .Select(tag => (Name: Name(tag.Key), tag.Value))
            .Where(tag => tag.Name is { Length: > 0 } && tag.Value.Length > 0)
            .DistinctBy(tag => tag.Name)
            .Select(tag => Dimension(tag.Name, tag.Value)),
    ];

    private static Dimension Dimension(string name, string value) => new() { Name = name, Value = Cut(value) };

    private static MeasureValue Number(string name, double value) => new()
    {
        Name = name,
        Value = value.ToString("R", CultureInfo.InvariantCulture),
        Type = MeasureValueType.DOUBLE,
    };

    /// <summary>A version that grows with the value: of two values for one time the greater stays, in whatever order they come.</summary>
    public static long Version(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        var ordered = bits >= 0 ? (ulong)bits | (1UL << 63) : ~(ulong)bits;
        return (long)(ordered >> 1) + 1;
    }

    // Letters, digits, underscore, dash and full stop; and not the names of the table's own columns.
    private static string Name(string tag)
    {
        var name = new string([.. tag.Take(LongestName).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' ? letter : '_')]);
        return name is "device" or "time" or "measure_name" || name.StartsWith("measure_value", StringComparison.Ordinal) ? name + "_" : name;
    }

    // The limit is in bytes.
    private static string Cut(string text)
    {
        while (Encoding.UTF8.GetByteCount(text) > LongestText)
        {
            text = text[..^Math.Max(1, (Encoding.UTF8.GetByteCount(text) - LongestText) / 4)];
        }

        return text;
    }
}
