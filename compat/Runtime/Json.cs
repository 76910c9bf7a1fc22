using System.Text.Json;
using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Compat.Runtime;

internal static class Json
{
    public static void Value(Utf8JsonWriter writer, string value) => writer.WriteStringValue(value);

    public static void Value(Utf8JsonWriter writer, ConstantClass value) => writer.WriteStringValue(value.Value);

    public static void Value(Utf8JsonWriter writer, long? value) => writer.WriteNumberValue(value.Value);

    public static void Value(Utf8JsonWriter writer, double? value) => writer.WriteNumberValue(value.Value);

    public static void Value(Utf8JsonWriter writer, bool? value) => writer.WriteBooleanValue(value.Value);

    public static void Value(Utf8JsonWriter writer, DateTime? value) =>
        writer.WriteNumberValue((value.Value.ToUniversalTime() - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond / 1000m);

    // From the start, wherever the stream stands: a retry marshals the same request again.
    public static void Value(Utf8JsonWriter writer, MemoryStream value) =>
        writer.WriteBase64StringValue(value.TryGetBuffer(out var buffer) ? buffer : value.ToArray());

    public static void List(Utf8JsonWriter writer, List<string> values) => List(writer, values, static (w, value) => w.WriteStringValue(value));

    public static void List<T>(Utf8JsonWriter writer, List<T> values, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            write(writer, value);
        }

        writer.WriteEndArray();
    }

    public static void Map(Utf8JsonWriter writer, Dictionary<string, string> values)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in values)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    }

    public static bool Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    public static bool Value(ref Utf8JsonReader reader) => reader.Read();

    public static int? Int(ref Utf8JsonReader reader) => Absent(ref reader) ? null : reader.GetInt32();

    public static long? Long(ref Utf8JsonReader reader) => Absent(ref reader) ? null : reader.GetInt64();

    public static double? Double(ref Utf8JsonReader reader) => Absent(ref reader) ? null : reader.GetDouble();

    public static bool? Bool(ref Utf8JsonReader reader) => Absent(ref reader) ? null : reader.GetBoolean();

    public static DateTime? Time(ref Utf8JsonReader reader) => Absent(ref reader) ? null
        : DateTime.UnixEpoch.AddMilliseconds(Math.Round(reader.GetDouble() * 1000));

    public static MemoryStream Blob(ref Utf8JsonReader reader)
    {
        if (Absent(ref reader))
        {
            return null;
        }

        var bytes = reader.GetBytesFromBase64();
        return new(bytes, 0, bytes.Length, writable: true, publiclyVisible: true);
    }

    public static List<string> Strings(ref Utf8JsonReader reader) =>
        List(ref reader, static (ref Utf8JsonReader item) => item.GetString());

    public static List<T> List<T>(ref Utf8JsonReader reader, ReadValue<T> read)
    {
        if (Absent(ref reader))
        {
            return null;
        }

        var values = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            values.Add(read(ref reader));
        }

        return values;
    }

    public static Dictionary<string, string> Map(ref Utf8JsonReader reader)
    {
        if (Absent(ref reader))
        {
            return null;
        }

        var values = new Dictionary<string, string>();
        while (Next(ref reader))
        {
            var name = reader.GetString();
            reader.Read();
            values[name] = reader.GetString();
        }

        return values;
    }

    public static string Text(IFormattable value) => value?.ToString(null, CultureInfo.InvariantCulture);

    public static string Required(string value, string member) => string.IsNullOrEmpty(value)
        ? throw new AmazonClientException($"Request object does not have required field {member} set")
        : value;

    public static void Query(IRequest request, string name, string value)
    {
        request.UseQueryString = true;
        if (value is not null)
        {
            request.Parameters[name] = value;
        }
    }

    private static bool Absent(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null;
}
