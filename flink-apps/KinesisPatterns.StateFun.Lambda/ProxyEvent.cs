using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace KinesisPatterns.StateFun.Lambda;

/// <summary>The one part of a proxy event that matters here: its body, which is a request in Base64.</summary>
/// <remarks>
/// REST APIs (event 1.0), HTTP APIs and function URLs (2.0) agree on <c>body</c> and <c>isBase64Encoded</c>:
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
/// </remarks>
internal readonly struct ProxyEvent : IDisposable
{
    private readonly byte[] _array;
    private readonly int _length;

    private ProxyEvent(byte[] array, int length) => (_array, _length) = (array, length);

    public ReadOnlyMemory<byte> Body => _array.AsMemory(0, _length);

    public static ProxyEvent Read(ReadOnlySpan<byte> json)
    {
        var array = ArrayPool<byte>.Shared.Rent(Math.Max(1, json.Length));
        try
        {
            return new(array, Read(json, array));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(array);
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_array);

    private static int Read(ReadOnlySpan<byte> json, byte[] body)
    {
        var reader = new Utf8JsonReader(json);
        var (length, hasBody, isBase64) = (0, false, false);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw NotProxy($"a JSON {reader.TokenType}");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("body"u8))
                {
                    reader.Read();
                    (hasBody, length) = reader.TokenType == JsonTokenType.String ? (true, reader.CopyString(body)) : (false, 0);
                }
                else if (reader.ValueTextEquals("isBase64Encoded"u8))
                {
                    reader.Read();
                    isBase64 = reader.TokenType == JsonTokenType.True;
                }

                reader.Skip();
            }
        }
        catch (JsonException error)
        {
            throw NotProxy(error.Message);
        }

        if (!hasBody)
        {
            throw NotProxy("no body");
        }

        if (!isBase64)
        {
            throw new InvalidOperationException(
                "expected a body in Base64, got text: set the binary media types of the REST API to */*, else it changes the bytes on the way");
        }

        return Base64.DecodeFromUtf8InPlace(body.AsSpan(0, length), out var written) == OperationStatus.Done
            ? written
            : throw new MalformedMessageException("a body that is not Base64");
    }

    private static MalformedMessageException NotProxy(string found) => new($"an event without a request in it ({found})");
}
