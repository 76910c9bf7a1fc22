using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace KinesisPatterns.Local.S3;

/// <summary>Takes the <c>aws-chunked</c> framing off an upload: chunk sizes, signatures and trailing checksums.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html</remarks>
internal static class AwsChunkedStream
{
    // A line of the framing is a size and a signature or a checksum; longer than this it is none.
    private const int LongestLine = 4096;

    public static async Task<byte[]> DecodeAsync(PipeReader body, CancellationToken cancellation)
    {
        await using var source = body.AsStream();
        using var reader = new BufferedStream(source, 81920);
        using var content = new MemoryStream();
        while (true)
        {
            var header = await LineAsync(reader, cancellation);
            var size = header.Split(';')[0];
            if (!int.TryParse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var length))
            {
                throw new FormatException($"an aws-chunked body has a chunk header '{header}'");
            }

            if (length == 0)
            {
                while ((await LineAsync(reader, cancellation)).Length > 0)
                {
                    // Trailing checksums are the client's proof to itself; the length of every chunk was checked.
                }

                return content.ToArray();
            }

            var chunk = new byte[length];
            await reader.ReadExactlyAsync(chunk, cancellation);
            content.Write(chunk);
            if ((await LineAsync(reader, cancellation)).Length > 0)
            {
                throw new FormatException("an aws-chunked body has a chunk longer than it says");
            }
        }
    }

    private static async Task<string> LineAsync(Stream reader, CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await reader.ReadAsync(one, cancellation) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString();
            }

            if (one[0] != '\r')
            {
                line.Append((char)one[0]);
            }

            if (line.Length > LongestLine)
            {
                break;
            }
        }

        return line.Length == 0 ? "" : throw new FormatException("an aws-chunked body ends inside its framing");
    }
}
