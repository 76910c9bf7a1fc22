using System.Buffers;
using System.Globalization;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>A PutRecords request; what it holds points into the body that it was read from.</summary>
internal sealed class PutRecordsRequest : IDisposable
{
    /// <summary>Most records of one request.</summary>
    /// <remarks>https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html</remarks>
    public const int MostRecords = 500;

    private Entry[] _entries = ArrayPool<Entry>.Shared.Rent(MostRecords);

    public string? StreamName { get; set; }

    public string? StreamArn { get; set; }

    /// <summary>How many records the request has; null when it names none.</summary>
    public int? Count { get; private set; }

    /// <summary>The records; of those above the limit only the number is known.</summary>
    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, Math.Min(Count ?? 0, MostRecords));

    /// <summary>Reads a request; JSON is read in place, so its body is of no use afterwards.</summary>
    public static PutRecordsRequest Read(Memory<byte> body, bool isCbor)
    {
        var request = new PutRecordsRequest();
        try
        {
            if (isCbor)
            {
                PutRecordsCbor.Read(body, request);
            }
            else
            {
                PutRecordsJson.Read(body, request);
            }

            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    public void Begin() => Count = 0;

    public void Add(in Entry entry)
    {
        if (Count < MostRecords)
        {
            _entries[Count.Value] = entry;
        }

        Count++;
    }

    public void Dispose()
    {
        if (_entries.Length > 0)
        {
            ArrayPool<Entry>.Shared.Return(_entries, clearArray: true);
            _entries = [];
        }
    }

    /// <summary>One record of the request; what is null was not given.</summary>
    internal struct Entry
    {
        public ReadOnlyMemory<byte>? Data;
        public ReadOnlyMemory<byte>? Key;
        public string? ExplicitHashKey;

        public readonly UInt128? Hash =>
            ExplicitHashKey is null ? null : UInt128.Parse(ExplicitHashKey, CultureInfo.InvariantCulture);
    }
}
