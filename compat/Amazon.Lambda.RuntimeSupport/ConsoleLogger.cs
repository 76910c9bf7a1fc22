using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

// Log lines as Lambda's advanced logging controls ask for them: AWS_LAMBDA_LOG_FORMAT (Text or JSON), AWS_LAMBDA_LOG_LEVEL.
internal sealed class ConsoleLogger : ILambdaLogger
{
    private static readonly bool Json = string.Equals(
        Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_FORMAT"), "JSON", StringComparison.OrdinalIgnoreCase);

    private static readonly LogLevel Lowest = Parse(
        Environment.GetEnvironmentVariable("AWS_LAMBDA_HANDLER_LOG_LEVEL") ?? Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_LEVEL"));

    internal static LambdaContext Current { get; set; }

    public void Log(string message) => Write(null, null, message, null);
    public void LogLine(string message) => Write(null, null, message, null);
    public void Log(string level, string message) => Write(level, null, message, null);
    public void Log(string level, Exception exception, string message) => Write(level, exception, message, null);
    public void Log(string level, string message, params object[] args) => Write(level, null, message, args);
    public void Log(string level, Exception exception, string message, params object[] args) => Write(level, exception, message, args);

    internal static void Write(string level, Exception exception, string message, object[] args)
    {
        var severity = Parse(level);
        if (severity < Lowest)
        {
            return;
        }

        var (text, names) = Template(message ?? "", args ?? []);
        var line = Json
            ? JsonLine(severity, exception, text, names, args ?? [])
            : $"{Now()}\t{Current?.AwsRequestId}\t{Abbreviation(severity)}\t{text}{(exception is null ? "" : $"\n{exception}")}";
        Console.Out.WriteLine(line);
    }

    // "{device} is {value:F1}" with the arguments in order; what does not fit is left as it is.
    private static (string Text, List<string> Names) Template(string message, object[] args)
    {
        var names = new List<string>();
        if (args.Length == 0)
        {
            return (message, names);
        }

        var text = new StringBuilder();
        var at = 0;
        while (at < message.Length)
        {
            var open = message.IndexOf('{', at);
            var close = open < 0 ? -1 : message.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            text.Append(message, at, open - at);
            at = close + 1;
            if (open + 1 < message.Length && message[open + 1] == '{')
            {
                text.Append('{');
                at = open + 2;
            }
            else if (names.Count < args.Length)
            {
                var hole = message[(open + 1)..close];
                var colon = hole.IndexOf(':', StringComparison.Ordinal);
                var format = colon < 0 ? null : hole[(colon + 1)..];
                text.Append(args[names.Count] is IFormattable value
                    ? value.ToString(format, CultureInfo.InvariantCulture)
                    : args[names.Count]?.ToString());
                names.Add((colon < 0 ? hole : hole[..colon]).TrimStart('@'));
            }
            else
            {
                text.Append(message, open, close + 1 - open);
            }
        }

        return (text.Append(message, at, message.Length - at).ToString(), names);
    }

    private static string JsonLine(LogLevel level, Exception exception, string text, List<string> names, object[] args)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("timestamp", Now());
            writer.WriteString("level", level.ToString());
            if (Current is { } context)
            {
                writer.WriteString("requestId", context.AwsRequestId);
                writer.WriteString("traceId", context.TraceId);
            }

            writer.WriteString("message", text);
            for (var index = 0; index < names.Count; index++)
            {
                writer.WriteString(names[index], Convert.ToString(args[index], CultureInfo.InvariantCulture));
            }

            if (exception is not null)
            {
                writer.WriteString("errorType", exception.GetType().FullName);
                writer.WriteString("errorMessage", exception.Message);
                writer.WriteStartArray("stackTrace");
                foreach (var frame in exception.ToString().Split('\n'))
                {
                    writer.WriteStringValue(frame.TrimEnd('\r'));
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static string Abbreviation(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    private static LogLevel Parse(string level) => level?.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "FATAL" or "CRITICAL" => LogLevel.Critical,
        _ => LogLevel.Information,
    };
}
