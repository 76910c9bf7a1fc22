using System.Globalization;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Firehose;

/// <summary>The expressions in a delivery stream's S3 prefixes.</summary>
/// <remarks>https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html</remarks>
internal static partial class Prefix
{
    public static string Of(string? template, DateTimeOffset arrival, string? errorType = null)
    {
        // Without an expression Firehose appends the hour of arrival.
        if (template is null || !template.Contains("!{", StringComparison.Ordinal))
        {
            return template + arrival.UtcDateTime.ToString("yyyy/MM/dd/HH/", CultureInfo.InvariantCulture);
        }

        return Expression().Replace(template, match => (match.Groups[1].Value, match.Groups[2].Value) switch
        {
            ("timestamp", var format) => arrival.UtcDateTime.ToString(Net(format), CultureInfo.InvariantCulture),
            ("firehose", "error-output-type") => errorType ?? throw new LocalHostException("!{firehose:error-output-type} is for error prefixes only"),
            ("firehose", "random-string") => Guid.NewGuid().ToString("N")[..11],
            var (name, argument) => throw new LocalHostException($"the prefix expression !{{{name}:{argument}}} is not supported here"),
        });
    }

    // Java's DateTimeFormatter and .NET agree on yyyy MM dd HH mm ss; a lone letter would be a standard format in .NET.
    private static string Net(string format) => format.Length == 1 ? $"%{format}" : format.Replace("YYYY", "yyyy", StringComparison.Ordinal).Replace("DD", "dd", StringComparison.Ordinal);

    [GeneratedRegex(@"!\{(\w+):([^}]+)\}")]
    private static partial Regex Expression();
}
