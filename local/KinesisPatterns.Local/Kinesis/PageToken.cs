using System.Globalization;
using System.Text;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>The NextToken of a listing: what it lists, where it goes on, and when it was issued.</summary>
internal static class PageToken
{
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
    private const long Lifetime = 300_000;

    public static string Write(string kind, string position, long now) => Convert.ToBase64String(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{now}\n{kind}\n{position}")));

    public static string? Read(string? token, string kind, long now)
    {
        if (token is null)
        {
            return null;
        }

        var bytes = new byte[token.Length];
        var parts = Convert.TryFromBase64String(token, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length).Split('\n', 3)
            : [];
        if (parts.Length != 3
            || parts[1] != kind
            || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out var issued))
        {
            throw KinesisException.InvalidArgument("NextToken is invalid.");
        }

        return now - issued <= Lifetime
            ? parts[2]
            : throw new KinesisException(
                "ExpiredNextTokenException", "NextToken expired: it is valid for 300 seconds.");
    }
}
