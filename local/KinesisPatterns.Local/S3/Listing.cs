using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.S3;

/// <summary>ListObjects and ListObjectsV2 with prefix, delimiter and paging.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html</remarks>
internal static class Listing
{
    public static XElement Of(Bucket bucket, IQueryCollection query, XNamespace xml)
    {
        var prefix = query["prefix"].ToString();
        var delimiter = query["delimiter"].ToString();
        var most = int.TryParse(query["max-keys"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Min(given, 1000) : 1000;
        var after = query.TryGetValue("continuation-token", out var token) ? Encoding.UTF8.GetString(Convert.FromBase64String(token!))
            : query.ContainsKey("start-after") ? query["start-after"].ToString()
            : query["marker"].ToString();

        var entries = Entries(bucket, prefix, delimiter)
            .SkipWhile(e => after.Length > 0 && string.CompareOrdinal(e.Name, after) <= 0)
            .Take(most + 1).ToList();
        var page = entries.Take(most).ToList();
        var truncated = entries.Count > most;

        var result = new XElement(xml + "ListBucketResult",
            new XElement(xml + "Name", bucket.Name),
            new XElement(xml + "Prefix", prefix),
            new XElement(xml + "MaxKeys", most),
            new XElement(xml + "KeyCount", page.Count),
            new XElement(xml + "IsTruncated", truncated),
            page.Select(e => e.Object is { } o
                ? new XElement(xml + "Contents",
                    new XElement(xml + "Key", o.Key),
                    new XElement(xml + "LastModified", S3Service.Iso(o.LastModified)),
                    new XElement(xml + "ETag", $"\"{o.ETag}\""),
                    new XElement(xml + "Size", o.Size),
                    new XElement(xml + "StorageClass", "STANDARD"))
                : new XElement(xml + "CommonPrefixes", new XElement(xml + "Prefix", e.Name))));
        if (truncated)
        {
            result.Add(new XElement(xml + "NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(page[^1].Name))));
            result.Add(new XElement(xml + "NextMarker", page[^1].Name));
        }

        return result;
    }

    private static IEnumerable<(string Name, ObjectInfo? Object)> Entries(Bucket bucket, string prefix, string delimiter)
    {
        var last = "";
        foreach (var found in bucket.List(prefix))
        {
            var cut = delimiter.Length == 0 ? -1 : found.Key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            if (cut < 0)
            {
                yield return (found.Key, found);
                continue;
            }

            var common = found.Key[..(cut + delimiter.Length)];
            if (common != last)
            {
                last = common;
                yield return (common, null);
            }
        }
    }
}
