using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace KinesisPatterns.StateFun;

/// <summary>The JSON documents that a message becomes which is sent aside: one, or as many as it takes to stay within a limit.</summary>
internal static class DeadLetters
{
    /// <summary>The smallest limit that leaves room for what a letter says besides the payload.</summary>
    public const int SmallestLimit = 4096;

    // A character becomes six bytes of JSON at most, and six texts may be as long as this: about half a letter stays for the payload.
    private const int CharactersPerLimit = 64;

    /// <summary>Writes the letters; all but the payload's part is the same in each of them.</summary>
    public static List<byte[]> Write(Context context, Message message, Exception error, int limit)
    {
        var payload = message.Bytes.Span;
        var whole = Write(context, message, error, limit, payload, null);
        if (whole.Length <= limit)
        {
            return [whole];
        }

        var digest = Digest(payload);
        var most = new Part(int.MaxValue, int.MaxValue, payload.Length, digest);
        var room = (limit - Write(context, message, error, limit, [], most).Length) / 4 * 3;
        var count = (payload.Length + room - 1) / room;
        var letters = new List<byte[]>(count);
        for (var i = 0; i < count; i++)
        {
            var piece = payload[(i * room)..Math.Min((i + 1) * room, payload.Length)];
            letters.Add(Write(context, message, error, limit, piece, new(i + 1, count, payload.Length, digest)));
        }

        return letters;
    }

    /// <summary>Writes one letter that says what the payload was, and has none of it.</summary>
    public static List<byte[]> WriteWithoutPayload(Context context, Message message, Exception error, int limit) =>
        [Write(context, message, error, limit, [], new(0, 0, message.Bytes.Length, Digest(message.Bytes.Span)))];

    private static string Digest(ReadOnlySpan<byte> payload) => Convert.ToHexStringLower(SHA256.HashData(payload));

    private static byte[] Write(Context context, Message message, Exception error, int limit, ReadOnlySpan<byte> payload, Part? part)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        var cut = new List<(string Name, int Length)>();
        json.WriteStartObject();
        Text("function", context.Self.Type.ToString());
        Text("id", context.Self.Id);
        if (context.Caller is { } caller)
        {
            Text("caller", caller.ToString());
        }

        Text("typeName", message.TypeName);
        json.WriteBase64String("payload", payload);
        if (part is { } piece)
        {
            if (piece.Count > 0)
            {
                json.WriteNumber("part", piece.Number);
                json.WriteNumber("parts", piece.Count);
            }
            else
            {
                cut.Add(("payload", piece.PayloadBytes));
            }

            json.WriteNumber("payloadBytes", piece.PayloadBytes);
            json.WriteString("payloadSha256", piece.Digest);
        }

        Text("error", error.GetType().FullName ?? error.GetType().Name);
        Text("reason", error.Message);
        if (cut.Count > 0)
        {
            json.WriteStartObject("cut");
            foreach (var (name, length) in cut)
            {
                json.WriteNumber(name, length);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();

        void Text(string name, string value)
        {
            var longest = limit / CharactersPerLimit;
            if (value.Length > longest)
            {
                cut.Add((name, value.Length));
                value = value[..(char.IsHighSurrogate(value[longest - 1]) ? longest - 1 : longest)];
            }

            json.WriteString(name, value);
        }
    }

    // Which piece of how many; of none, the payload is left out.
    private readonly record struct Part(int Number, int Count, int PayloadBytes, string Digest);
}
