using System.Globalization;
using System.Text;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

public sealed class ShardReaderTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly KinesisService _service;
    private readonly KinesisStream _stream;
    private readonly KinesisRecord[] _records = new KinesisRecord[10_000];

    public ShardReaderTests()
    {
        _service = new(new() { Time = _time, EnforceQuotas = false });
        _stream = _service.CreateStream("orders", new() { Shards = 1 });
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public void Reads_across_many_segments_in_order()
    {
        Put(0, 9_000);

        var count = Open(ShardPosition.TrimHorizon).Read(_records);

        Assert.Equal(9_000, count);
        Assert.Equal(Enumerable.Range(0, 9_000), _records.Take(count).Select(Number));
        Assert.Equal(Enumerable.Range(1, 9_000), _records.Take(count).Select(r => (int)r.Counter));
    }

    [Fact]
    public void Stops_before_the_record_that_exceeds_the_bytes_but_never_before_the_first()
    {
        for (var i = 0; i < 5; i++)
        {
            _stream.Put("k", new byte[99]);
        }

        var reader = Open(ShardPosition.TrimHorizon);

        Assert.Equal(2, reader.Read(_records, maxBytes: 299));
        Assert.Equal(1, reader.Read(_records, maxBytes: 1));
        Assert.Equal(2, reader.Read(_records));
    }

    [Fact]
    public async Task Wakes_when_a_record_comes_and_when_the_shard_closes()
    {
        var reader = Open(ShardPosition.Latest);
        var waiting = reader.WaitAsync(Stop).AsTask();
        Assert.False(waiting.IsCompleted);

        Put(0, 1);
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.Equal(1, reader.Read(_records));
        waiting = reader.WaitAsync(Stop).AsTask();
        Assert.False(waiting.IsCompleted);
        _service.Remove(_stream);
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Stop);

        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public async Task Sees_every_record_of_many_writers_once_and_each_writers_in_order()
    {
        const int Writers = 4;
        const int Each = 5_000;
        var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                _stream.Put($"{w}", Encoding.ASCII.GetBytes($"{i}"));
            }
        }, Stop)).ToArray();
        var reader = Open(ShardPosition.TrimHorizon);
        var next = new int[Writers];

        for (var read = 0; read < Writers * Each;)
        {
            await reader.WaitAsync(Stop);
            var count = reader.Read(_records.AsSpan(0, 333));
            foreach (var record in _records.Take(count))
            {
                var writer = int.Parse(record.PartitionKey, CultureInfo.InvariantCulture);
                Assert.Equal(next[writer]++, Number(record));
            }

            read += count;
        }

        await Task.WhenAll(writers);
        Assert.False(reader.HasMore);
    }

    [Fact]
    public void Lets_go_of_expired_payloads_also_for_a_reader_that_lags()
    {
        Put(0, 5_000);
        var reader = Open(ShardPosition.TrimHorizon);
        reader.Read(_records.AsSpan(0, 1));
        var held = _stream.Shards[0].Locate(1);
        _time.Advance(TimeSpan.FromHours(23));
        Put(5_000, 5_001);
        _time.Advance(TimeSpan.FromHours(2));

        _stream.Trim();

        Assert.Null(held.Entries);
        Assert.Equal(1, reader.Read(_records));
        Assert.Equal(5_000, Number(_records[0]));
        Assert.Equal(4_999, reader.Expired);
    }

    [Fact]
    public void Starts_at_a_timestamp_between_records_of_one_segment()
    {
        Put(0, 10);
        _time.Advance(TimeSpan.FromSeconds(1));
        Put(10, 20);

        var reader = Open(ShardPosition.At(_time.GetUtcNow() - TimeSpan.FromMilliseconds(500)));

        Assert.Equal(10, reader.Read(_records));
        Assert.Equal(10, Number(_records[0]));
    }

    private void Put(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            _stream.Put("k", Encoding.ASCII.GetBytes($"{i}"));
        }
    }

    private ShardReader Open(ShardPosition position) => new(_stream.Shards[0], position);

    private static int Number(KinesisRecord record) => int.Parse(record.Data.Span, CultureInfo.InvariantCulture);
}
