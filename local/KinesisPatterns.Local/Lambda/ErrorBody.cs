using System.Text.Json;

namespace KinesisPatterns.Local.Lambda;

/// <summary>The JSON that an invocation fails with.</summary>
internal static class ErrorBody
{
    public static byte[] Of(string? type, string message)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (type is not null)
            {
                json.WriteString("errorType", type);
            }

            json.WriteString("errorMessage", message);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The message in an error, or a word for none.</summary>
    public static string MessageOf(ReadOnlyMemory<byte> error)
    {
        try
        {
            using var document = JsonDocument.Parse(error);
            return document.RootElement is { ValueKind: JsonValueKind.Object } body
                && body.TryGetProperty("errorMessage", out var message)
                ? message.ToString()
                : "The function failed.";
        }
        catch (JsonException)
        {
            return "The function failed.";
        }
    }
}
