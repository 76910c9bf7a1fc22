using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace KinesisPatterns.Lambdas.OrderQuery;

/// <summary>The last order of a page, as the opaque <c>next</c>; good for the orders of the same customer only.</summary>
internal sealed record PageToken(string Placed, string Id)
{
    private const int DigestLength = 8;

    public string Encode(string customer)
    {
        var text = Encoding.UTF8.GetBytes($"{Placed}\n{Id}");
        return Base64Url.EncodeToString([.. Digest(customer, text), .. text]);
    }

    /// <summary>Reads the token; null when it was not made for this customer.</summary>
    public static PageToken? Decode(string text, string customer)
    {
        if (!Base64Url.IsValid(text))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        return bytes.Length > DigestLength && bytes.AsSpan(0, DigestLength).SequenceEqual(Digest(customer, bytes.AsSpan(DigestLength)))
            && Encoding.UTF8.GetString(bytes.AsSpan(DigestLength)).Split('\n', 2) is [var placed, var id]
            ? new(placed, id)
            : null;
    }

    private static byte[] Digest(string customer, ReadOnlySpan<byte> text) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes(customer), (byte)'\n', .. text])[..DigestLength];
}
