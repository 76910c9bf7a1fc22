using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Hosting;

namespace KinesisPatterns.Local.Messaging;

/// <summary>Attributes of a message: checked as SQS and SNS do, and digested as SQS answers.</summary>
/// <remarks>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html</remarks>
internal static class MessageAttributes
{
    private const int Most = 10;

    /// <summary>Fails when attributes are not what the services take.</summary>
    public static void Check(JsonObject? attributes)
    {
        if (attributes?.Count > Most)
        {
            throw Invalid($"Number of message attributes [{attributes.Count}] exceeds the allowed maximum [{Most}].");
        }

        foreach (var (name, value) in attributes ?? [])
        {
            var type = (string?)value?["DataType"] ?? "";
            if (type.Split('.')[0] is not ("String" or "Number" or "Binary"))
            {
                throw Invalid($"The type of message attribute '{name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.");
            }

            if ((type.StartsWith("Binary", StringComparison.Ordinal) ? value!["BinaryValue"] : value!["StringValue"]) is null)
            {
                throw Invalid($"The message attribute '{name}' with type '{type}' must use field '{(type.StartsWith("Binary", StringComparison.Ordinal) ? "Binary" : "String")}'.");
            }
        }
    }

    public static int SizeOf(JsonObject? attributes) => (attributes ?? []).Sum(attribute =>
        Encoding.UTF8.GetByteCount(attribute.Key) + Encoding.UTF8.GetByteCount((string)attribute.Value!["DataType"]!) + Value(attribute.Value).Length);

    /// <summary>The digest that clients compare: names in order, each with its type and its value.</summary>
    public static string? Md5Of(JsonObject? attributes)
    {
        if (attributes is null or { Count: 0 })
        {
            return null;
        }

        using var bytes = new MemoryStream();
        foreach (var (name, value) in attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            var type = (string)value!["DataType"]!;
            Append(bytes, Encoding.UTF8.GetBytes(name));
            Append(bytes, Encoding.UTF8.GetBytes(type));
            bytes.WriteByte(type.StartsWith("Binary", StringComparison.Ordinal) ? (byte)2 : (byte)1);
            Append(bytes, Value(value));
        }

        return Md5Of(bytes.ToArray());
    }

    public static string Md5Of(string text) => Md5Of(Encoding.UTF8.GetBytes(text));

    private static byte[] Value(JsonNode? attribute) => (string?)attribute!["StringValue"] is { } text
        ? Encoding.UTF8.GetBytes(text)
        : Convert.FromBase64String((string?)attribute["BinaryValue"] ?? "");

    private static void Append(MemoryStream bytes, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        bytes.Write(length);
        bytes.Write(part);
    }

    private static AwsJsonError Invalid(string message) => new("InvalidParameterValue", message);

    // MD5 is what the protocol names; it protects nothing here.
#pragma warning disable CA5351
    private static string Md5Of(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
}
