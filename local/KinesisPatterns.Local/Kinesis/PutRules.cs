using System.Globalization;
using System.Text;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>What a record must be like to be put; the whole request fails when one is not.</summary>
/// <remarks>https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html</remarks>
internal static class PutRules
{
    private const int LargestData = 10 << 20;
    private const int LongestKey = 256;

    /// <summary>Fails with what is wrong with a request, whatever its stream.</summary>
    public static void Check(PutRecordsRequest request)
    {
        new Constraints().Required("Records", request.Count)
            .Check(
                request.Count is null or > 0, "'[]'", "Records", "Member must have length greater than or equal to 1")
            .Check(request.Count is null or <= PutRecordsRequest.MostRecords, "'[...]'", "Records",
                "Member must have length less than or equal to 500")
            .Enforce();

        var total = 0L;
        for (var i = 0; i < request.Entries.Length; i++)
        {
            ref readonly var entry = ref request.Entries[i];
            if (!IsValid(entry))
            {
                Explain(entry, string.Create(CultureInfo.InvariantCulture, $"records.{i + 1}.member."));
            }

            total += SizeOf(entry);
        }

        if (total > LargestData)
        {
            throw KinesisException.InvalidArgument("Records size exceeds 10 MB limit");
        }
    }

    /// <summary>Fails when a record is larger than its stream takes.</summary>
    public static void CheckSizes(PutRecordsRequest request, KinesisStream stream)
    {
        foreach (ref readonly var entry in request.Entries)
        {
            CheckSize(SizeOf(entry), stream);
        }
    }

    public static void CheckSize(int bytes, KinesisStream stream)
    {
        var limit = stream.Settings.MaxRecordKiB * 1024;
        if (bytes > limit)
        {
            throw KinesisException.InvalidArgument(string.Create(CultureInfo.InvariantCulture,
                $"The record of {bytes} bytes (data and partition key) exceeds the {limit} bytes of the stream."));
        }
    }

    /// <summary>Fails with all that is wrong with a record.</summary>
    public static void Explain(in PutRecordsRequest.Entry entry, string prefix)
    {
        var key = entry.Key is { } utf8 ? Encoding.UTF8.GetString(utf8.Span) : null;
        new Constraints()
            .Required(prefix + (prefix.Length == 0 ? "Data" : "data"), entry.Data)
            .Check(entry.Data is null or { Length: <= LargestData }, "", prefix + "data",
                string.Create(
                    CultureInfo.InvariantCulture, $"Member must have length less than or equal to {LargestData}"))
            .Required(prefix + "partitionKey", key)
            .Length(prefix + "partitionKey", key, 1, LongestKey)
            .HashKey(prefix + "explicitHashKey", entry.ExplicitHashKey)
            .Enforce();
        if (entry.ExplicitHashKey is { } hash && !UInt128.TryParse(hash, CultureInfo.InvariantCulture, out _))
        {
            throw KinesisException.InvalidArgument(
                "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
                + $"Specified value was {hash}");
        }
    }

    private static bool IsValid(in PutRecordsRequest.Entry entry) =>
        entry is { Data: { Length: <= LargestData }, Key: { Length: > 0 } key, ExplicitHashKey: null }
        && (key.Length <= LongestKey || Encoding.UTF8.GetCharCount(key.Span) <= LongestKey);

    private static int SizeOf(in PutRecordsRequest.Entry entry) => entry.Data!.Value.Length + entry.Key!.Value.Length;
}
