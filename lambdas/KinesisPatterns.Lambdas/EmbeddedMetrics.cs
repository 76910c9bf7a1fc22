using System.Buffers;
using System.Text.Json;

namespace KinesisPatterns.Lambdas;

/// <summary>
/// Counts as a log line that CloudWatch turns into metrics
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
/// </summary>
/// <param name="output">
/// Where the line goes: standard output itself, because a logger would put a prefix before the JSON.
/// </param>
/// <param name="time">The clock that stamps the line.</param>
public sealed class EmbeddedMetrics(Stream output, TimeProvider? time = null)
{
    /// <summary>The metrics' namespace; their one dimension is <c>Function</c>.</summary>
    public const string Namespace = "KinesisPatterns";

    private readonly string _function = Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME") ?? "local";
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Writes the counts.</summary>
    public void Write(IReadOnlyCollection<KeyValuePair<string, long>> counts)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("_aws"u8);
            writer.WriteNumber("Timestamp"u8, _time.GetUtcNow().ToUnixTimeMilliseconds());
            writer.WriteStartArray("CloudWatchMetrics"u8);
            writer.WriteStartObject();
            writer.WriteString("Namespace"u8, Namespace);
            writer.WriteStartArray("Dimensions"u8);
            writer.WriteStartArray();
            writer.WriteStringValue("Function"u8);
            writer.WriteEndArray();
            writer.WriteEndArray();
            writer.WriteStartArray("Metrics"u8);
            foreach (var (name, _) in counts)
            {
                writer.WriteStartObject();
                writer.WriteString("Name"u8, name);
                writer.WriteString("Unit"u8, "Count"u8);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteString("Function"u8, _function);
            foreach (var (name, count) in counts)
            {
                writer.WriteNumber(name, count);
            }

            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        output.Write(line.WrittenSpan);
        output.Flush();
    }
}
