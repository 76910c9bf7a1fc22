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
}
