using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Fixtures;

namespace ReadingCleansing.Tests;

/// <summary>
/// The job's views in DuckDB, with what Flink calls differently defined in it. It shows what the SQL says; whether Flink
/// understands it alike shows flink-apps/reading-cleansing/verify.sh.
/// </summary>
internal sealed partial class SqlEngine : IDisposable
{
    private const string Functions = """
        CREATE MACRO flink_concat(a, b) AS a || b,
          (a, b, c) AS a || b || c,
          (a, b, c, d) AS a || b || c || d,
          (a, b, c, d, e) AS a || b || c || d || e,
          (a, b, c, d, e, f) AS a || b || c || d || e || f,
          (a, b, c, d, e, f, g, h, i, j) AS a || b || c || d || e || f || g || h || i || j;
        CREATE MACRO flink_extract(whole, pattern, part) AS NULLIF(regexp_extract(whole, pattern, part), '');
        CREATE MACRO flink_date(moment, pattern) AS
          lpad(CAST(year(moment) AS VARCHAR), 4, '0') || '-' || lpad(CAST(month(moment) AS VARCHAR), 2, '0') || '-' || lpad(CAST(day(moment) AS VARCHAR), 2, '0');
        CREATE MACRO flink_add_days(days, moment) AS moment + to_days(days);
        CREATE MACRO flink_map(items) AS items;
        CREATE TABLE readings (body BLOB, arrival BIGINT, arrival_ms BIGINT, number BIGINT);
        """;

    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public SqlEngine(string sql)
    {
        _connection.Open();
        Register("flink_is_object", text => JacksonJson.IsJson(text, JsonValueKind.Object));
        Register("flink_is_array", text => JacksonJson.IsJson(text, JsonValueKind.Array));
        Register("flink_json_exists", JacksonJson.Exists);
        Register("flink_json_value", JacksonJson.Value);
        Register("flink_json_wrapped", JacksonJson.Wrapped);
        Register("flink_decode", hexadecimal => hexadecimal is null ? null : Encoding.UTF8.GetString(Convert.FromHexString(hexadecimal)));
        Execute(Functions);
        var views = sql[sql.IndexOf("-- JOB:", StringComparison.Ordinal)..sql.IndexOf("EXECUTE STATEMENT SET", StringComparison.Ordinal)];
        Execute(Translate(views));
        Selects = [.. Insert.Matches(sql).Select(match => (match.Groups[1].Value, Translate(match.Groups[2].Value)))];
    }

    public IReadOnlyList<(string Table, string Select)> Selects { get; }

    public void Dispose() => _connection.Dispose();

    public void Add(IEnumerable<FixtureReading> readings)
    {
        foreach (var (number, reading) in readings.Index())
        {
            var arrival = reading.Arrival.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            Execute($"INSERT INTO readings VALUES (from_hex('{Convert.ToHexString(reading.Data)}'), {number}, {arrival}, {number})");
        }
    }

    /// <summary>What the job put into its streams, as both engines are compared.</summary>
    public List<string> Outputs() => [.. Selects.SelectMany(insert => Rows(insert.Select).Select(row => insert.Table switch
    {
        "cleansed" => Cleansed(row),
        "rejected" => Rejected(row),
        _ => RejectedBytes(row),
    }))];

    private static string Cleansed(object?[] row) => FixtureReading.Canonical(new()
    {
        ["device"] = (string)row[0]!,
        ["metric"] = (string)row[1]!,
        ["time"] = (string)row[2]!,
        ["value"] = (double)row[3]!,
        ["unit"] = (string?)row[4],
        ["tags"] = row[5] is List<string> tags ? new JsonObject(tags.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], (JsonNode?)pair[1]))) : null,
    });

    private static string Rejected(object?[] row) => FixtureReading.CanonicalRejected(new()
    {
        ["reason"] = (string)row[0]!,
        ["payload"] = (string)row[2]!,
        ["encoding"] = (string)row[3]!,
        ["device"] = (string?)row[4],
        ["metric"] = (string?)row[5],
        ["arrival"] = (string)row[6]!,
    });

    private static string RejectedBytes(object?[] row)
    {
        using var bytes = new MemoryStream();
        ((Stream)row[2]!).CopyTo(bytes);
        return FixtureReading.CanonicalRejected(new()
        {
            ["reason"] = (string)row[0]!,
            ["payload"] = Convert.ToBase64String(bytes.ToArray()),
            ["encoding"] = (string)row[3]!,
            ["arrival"] = (string)row[4]!,
        });
    }

    private static string Translate(string sql)
    {
        sql = IsJson.Replace(sql, "flink_is_$2($1)");
        sql = Wrapper.Replace(sql, "flink_json_wrapped($1)");
        sql = sql
            .Replace("JSON_EXISTS(", "flink_json_exists(", StringComparison.Ordinal)
            .Replace("JSON_VALUE(", "flink_json_value(", StringComparison.Ordinal)
            .Replace("DECODE(body, 'UTF-8')", "flink_decode(hex(body))", StringComparison.Ordinal)
            .Replace("ENCODE(flink_decode(hex(body)), 'UTF-8')", "encode(flink_decode(hex(body)))", StringComparison.Ordinal)
            .Replace("CONCAT(", "flink_concat(", StringComparison.Ordinal)
            .Replace("REGEXP_EXTRACT(", "flink_extract(", StringComparison.Ordinal)
            .Replace("REGEXP(", "regexp_matches(", StringComparison.Ordinal)
            .Replace("CHAR_LENGTH(", "length(", StringComparison.Ordinal)
            .Replace("DATE_FORMAT(", "flink_date(", StringComparison.Ordinal)
            .Replace("TIMESTAMPADD(DAY, ", "flink_add_days(", StringComparison.Ordinal)
            .Replace("MAP<STRING, STRING>", "VARCHAR[]", StringComparison.Ordinal);
        return MapLiteral.Replace(sql, "flink_map([$1])");
    }

    private void Register(string name, Func<string?, bool> function) =>
        _connection.RegisterScalarFunction<string, bool>(name, (readers, writer, count) =>
        {
            for (ulong row = 0; row < count; row++)
            {
                writer.WriteValue(function(Text(readers[0], row)), row);
            }
        });

    private void Register(string name, Func<string?, string?> function) =>
        _connection.RegisterScalarFunction<string, string>(name, (readers, writer, count) =>
        {
            for (ulong row = 0; row < count; row++)
            {
                Write(writer, function(Text(readers[0], row)), row);
            }
        });

    private void Register(string name, Func<string?, string, bool> function) =>
        _connection.RegisterScalarFunction<string, string, bool>(name, (readers, writer, count) =>
        {
            for (ulong row = 0; row < count; row++)
            {
                writer.WriteValue(function(Text(readers[0], row), Text(readers[1], row)!), row);
            }
        });

    private void Register(string name, Func<string?, string, string?> function) =>
        _connection.RegisterScalarFunction<string, string, string>(name, (readers, writer, count) =>
        {
            for (ulong row = 0; row < count; row++)
            {
                Write(writer, function(Text(readers[0], row), Text(readers[1], row)!), row);
            }
        });

    private static string? Text(DuckDB.NET.Data.DataChunk.Reader.IDuckDBDataReader reader, ulong row) =>
        reader.IsValid(row) ? reader.GetValue<string>(row) : null;

    private static void Write(DuckDB.NET.Data.DataChunk.Writer.IDuckDBDataWriter writer, string? text, ulong row)
    {
        if (text is null)
        {
            writer.WriteNull(row);
        }
        else
        {
            writer.WriteValue(text, row);
        }
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private List<object?[]> Rows(string select)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = select;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))]);
        }

        return rows;
    }

    [GeneratedRegex(@"INSERT INTO (\w+)\s+(SELECT.*?);", RegexOptions.Singleline)]
    private static partial Regex Insert { get; }

    [GeneratedRegex(@"(\w+|CONCAT\('\[', payload, '\]'\)) IS JSON (OBJECT|ARRAY)")]
    private static partial Regex IsJson { get; }

    [GeneratedRegex(@"JSON_QUERY\(([^()]*?) WITH UNCONDITIONAL ARRAY WRAPPER\)")]
    private static partial Regex Wrapper { get; }

    [GeneratedRegex(@"MAP\[((?:'(?:[^']|'')*'(?:, )?)*)\]")]
    private static partial Regex MapLiteral { get; }
}
