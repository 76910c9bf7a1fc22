using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace KinesisPatterns.Local.Feed;

/// <summary>Readings of a file or a folder of files: CSV with a header, or JSON lines.</summary>
internal sealed class InputFile
{
    private static readonly string[] TimeNames = ["time", "timestamp", "datetime", "date", "ts"];
    private static readonly string[] DeviceNames = ["device", "device_id", "deviceid", "sensor", "machine", "id"];

    private readonly IReadOnlyList<string> _files;

    private InputFile(IReadOnlyList<string> files) => _files = files;

    public static InputFile Open(string path)
    {
        string[] files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path).Where(Readable).Order(StringComparer.Ordinal)]
            : File.Exists(path) ? [path]
            : throw new LocalHostException($"--input: there is no file or folder '{path}'.");
        return files.Length > 0 && files.All(Readable)
            ? new(files)
            : throw new LocalHostException($"--input: expected .csv, .jsonl, .ndjson or .json (one object a line), got '{path}'.");
    }

    /// <summary>The first and last time among the readings, and how many records there are; null when no time can be read.</summary>
    public (DateTimeOffset First, DateTimeOffset Last, long Count)? Span()
    {
        long count = 0, first = long.MaxValue, last = long.MinValue;
        foreach (var record in Records())
        {
            count++;
            if (record.Readings[0] is { } key)
            {
                first = Math.Min(first, key.Milliseconds);
                last = Math.Max(last, key.Milliseconds);
            }
        }

        return first > last
            ? null
            : (DateTimeOffset.FromUnixTimeMilliseconds(first), DateTimeOffset.FromUnixTimeMilliseconds(last), count);
    }

    public IEnumerable<FedRecord> Records() =>
        _files.SelectMany(f => IsCsv(f) ? Csv(f) : JsonLines(f));

    /// <summary>The lines of JSON files, each made a record of.</summary>
    public IEnumerable<FedRecord> JsonRecords(Func<byte[], FedRecord> recordOf) => _files.All(f => !IsCsv(f))
        ? _files.SelectMany(File.ReadLines).Where(l => l.Length > 0).Select(l => recordOf(Encoding.UTF8.GetBytes(l)))
        : throw new LocalHostException($"--input: expected .jsonl, .ndjson or .json (one object a line), got '{_files.First(IsCsv)}'.");

    private static bool IsCsv(string file) => Path.GetExtension(file).Equals(".csv", StringComparison.OrdinalIgnoreCase);

    private static bool Readable(string file) =>
        Path.GetExtension(file).ToLowerInvariant() is ".csv" or ".jsonl" or ".ndjson" or ".json";

    private static IEnumerable<FedRecord> JsonLines(string file)
    {
        foreach (var line in File.ReadLines(file).Where(l => l.Length > 0))
        {
            var data = Encoding.UTF8.GetBytes(line);
            var key = ReadingKey.Of(data);
            yield return new(key?.Device ?? Path.GetFileNameWithoutExtension(file), data, [key]);
        }
    }

    private static IEnumerable<FedRecord> Csv(string file)
    {
        using var reader = new CsvReader(new StreamReader(file), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            TrimOptions = TrimOptions.Trim,
            BadDataFound = null,
            MissingFieldFound = null,
        });
        if (!reader.Read() || !reader.ReadHeader())
        {
            yield break;
        }

        var columns = Columns.Of(reader.HeaderRecord!, file);
        while (reader.Read())
        {
            foreach (var (metric, value) in columns.Values(reader))
            {
                yield return Record(columns.Device(reader), metric, reader[columns.Time] ?? "", value, columns.Unit(reader));
            }
        }
    }

    // A field that does not read as what it should be is sent as it stands: the cleansing function says what is wrong with it.
    private static FedRecord Record(string device, string metric, string time, string value, string? unit)
    {
        var at = DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed)
            ? ReadingJson.Iso(parsed.ToUnixTimeMilliseconds())
            : time;
        var data = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? ReadingJson.Of(device, metric, at, number, unit)
            : Encoding.UTF8.GetBytes($$"""{"device":{{Quoted(device)}},"metric":{{Quoted(metric)}},"time":{{Quoted(at)}},"value":{{Quoted(value)}}}""");
        return new(device, data, [ReadingKey.Of(data)]);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private sealed record Columns(string Time, string? DeviceColumn, string? Metric, string? UnitColumn, string[] ValueColumns, string FileName)
    {
        public static Columns Of(string[] header, string file)
        {
            string? Named(string[] names) => header.FirstOrDefault(h => names.Contains(h.Trim().ToLowerInvariant()));
            var time = Named(TimeNames)
                ?? throw new LocalHostException($"{file}: expected a column named {string.Join(" or ", TimeNames)}, got {string.Join(", ", header)}.");
            var (device, metric, unit) = (Named(DeviceNames), Named(["metric"]), Named(["unit"]));
            string[] values = Named(["value"]) is { } value
                ? [value]
                : [.. header.Where(h => h != time && h != device && h != metric && h != unit)];
            return new(time, device, metric, unit, values, Clean(Path.GetFileNameWithoutExtension(file)));
        }

        public string Device(CsvReader row) => DeviceColumn is null ? FileName : row[DeviceColumn] ?? "";

        public string? Unit(CsvReader row) => UnitColumn is null ? null : row[UnitColumn];

        public IEnumerable<(string Metric, string Value)> Values(CsvReader row) =>
            ValueColumns.Select(c => (Metric is null ? Clean(c) : row[Metric] ?? "", row[c] ?? ""));

        // A file's or column's name as a device's or metric's: only the characters those may have.
        private static string Clean(string name) =>
            string.Concat(name.Trim().Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
    }
}
