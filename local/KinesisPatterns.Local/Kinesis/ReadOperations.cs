using System.Buffers;
using System.Globalization;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>GetShardIterator and GetRecords.</summary>
internal static class ReadOperations
{
    /// <summary>Most records of one answer.</summary>
    /// <remarks>https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html</remarks>
    public const int MostRecords = 10_000;

    private const int MostBytes = 10 << 20;

    public static void GetShardIterator(KinesisCall call)
    {
        var shardId = call.Required("ShardId");
        var type = call.Required("ShardIteratorType");
        var stream = call.ServingStream();
        var shard = stream.FindShard(shardId)
            ?? throw KinesisException.ShardNotFound(shardId, stream);
        call.Service.Rates?.CheckIterator(shard, stream.Now);
        var position = Position(type, shard, call.Text("StartingSequenceNumber"), call.Time("Timestamp"));

        call.Response.WriteStartObject();
        call.Response.WriteString("ShardIterator",
            ShardIterator.Of(shard, position.CounterIn(shard), stream.Now).ToString());
        call.Response.WriteEndObject();
    }

    /// <summary>The position that the words of the API mean.</summary>
    public static ShardPosition Position(string type, Shard shard, string? number, DateTimeOffset? time)
    {
        new Constraints().OneOf("ShardIteratorType", type,
            "AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON").Enforce();
        return type switch
        {
            "TRIM_HORIZON" => ShardPosition.TrimHorizon,
            "LATEST" => ShardPosition.Latest,
            "AT_TIMESTAMP" => ShardPosition.At(Checked(time, shard)),
            "AT_SEQUENCE_NUMBER" => ShardPosition.At(Checked(number, type, shard)),
            _ => ShardPosition.After(Checked(number, type, shard)),
        };
    }

    public static void GetRecords(KinesisCall call, PooledBuffer answer, bool isCbor)
    {
        var text = call.Required("ShardIterator");
        var limit = call.Number("Limit") ?? MostRecords;
        new Constraints().Range("Limit", limit, 1, int.MaxValue).Enforce();
        if (limit > MostRecords)
        {
            throw KinesisException.InvalidArgument("Limit must not be greater than 10000.");
        }

        var service = call.Service;
        var iterator = ShardIterator.Parse(text, service.Now);
        call.Authorize(service.ArnOf(iterator.Stream));
        var stream = service.Find(iterator.Stream, null);
        var shard = stream.Shards.FirstOrDefault(s => s.Index == iterator.ShardIndex);
        if (shard is null || stream.CreatedAt.ToUnixTimeMilliseconds() != iterator.StreamCreated)
        {
            throw KinesisException.NotFound($"The shard of the iterator is no longer in stream {stream.Name}.");
        }

        var now = stream.Now;
        if (!shard.TryRead(now))
        {
            stream.CountThrottled();
            throw KinesisException.RateExceeded(shard);
        }

        var reader = new ShardReader(
            shard, new(ShardPositionType.AtSequenceNumber, Number: new(0, 0, iterator.Counter, 0)));
        var records = ArrayPool<KinesisRecord>.Shared.Rent(
            (int)Math.Min(limit, Math.Max(1, shard.NextCounter - iterator.Counter)));
        try
        {
            var count = reader.Read(records.AsSpan(0, (int)Math.Min(limit, records.Length)), MostBytes);
            var read = records.AsSpan(0, count);
            shard.AfterRead(Bytes(read), now);
            var next = reader.IsAtEnd ? null : ShardIterator.Of(shard, reader.Counter, now).ToString();
            if (isCbor)
            {
                RecordsAnswer.WriteCbor(answer, read, reader, next);
            }
            else
            {
                RecordsAnswer.WriteJson(answer, read, reader, next);
            }
        }
        finally
        {
            ArrayPool<KinesisRecord>.Shared.Return(records, clearArray: true);
        }
    }

    private static long Bytes(ReadOnlySpan<KinesisRecord> records)
    {
        var bytes = 0L;
        foreach (var record in records)
        {
            bytes += record.Size;
        }

        return bytes;
    }

    private static SequenceNumber Checked(string? text, string type, Shard shard)
    {
        if (text is null)
        {
            throw KinesisException.InvalidArgument(
                $"Must specify startingSequenceNumber parameter for iterator of type {type}.");
        }

        if (!SequenceNumber.TryParse(text, out var number))
        {
            throw KinesisException.InvalidArgument(
                $"StartingSequenceNumber {text} used in GetShardIterator on shard {shard.Id} "
                + $"in stream {shard.Stream.Title} is invalid.");
        }

        return number.ShardIndex == shard.Index && number.CreatedSecond == shard.CreatedSecond
            ? number
            : throw KinesisException.InvalidArgument(string.Create(CultureInfo.InvariantCulture,
                $"Invalid StartingSequenceNumber. It encodes shardId-{number.ShardIndex:D12}, ")
                + $"while it was used in a call to a shard with {shard.Id}");
    }

    private static DateTimeOffset Checked(DateTimeOffset? time, Shard shard)
    {
        if (time is null)
        {
            throw KinesisException.InvalidArgument(
                "Must specify timestamp parameter for iterator of type AT_TIMESTAMP.");
        }

        return time.Value.ToUnixTimeMilliseconds() <= shard.Stream.Now
            ? time.Value
            : throw KinesisException.InvalidArgument(
                string.Create(CultureInfo.InvariantCulture, $"Timestamp cannot be in the future, got {time:O}"));
    }
}
