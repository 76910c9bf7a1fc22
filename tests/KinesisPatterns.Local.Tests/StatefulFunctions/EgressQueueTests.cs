using System.Buffers;
using System.Text;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.Tests.StatefulFunctions;

public sealed class EgressQueueTests : IAsyncDisposable
{
    private readonly KinesisService _kinesis = new(new() { EnforceQuotas = false });
    private readonly KinesisStream _stream;
    private readonly EgressQueue _queue;

    public EgressQueueTests()
    {
        _stream = _kinesis.CreateStream("Out", new() { Shards = 1 });
        _queue = new(_kinesis, [new("test/out", "Out")], role: null);
    }

    public ValueTask DisposeAsync() => _kinesis.DisposeAsync();

    [Fact]
    public async Task A_record_of_1_MiB_with_its_key_is_sent()
    {
        _queue.Add([Message("key", (1024 * 1024) - 3)]);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = _queue.RunAsync(ending.Token);

        await _queue.FlushAsync(TestContext.Current.CancellationToken);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal(1, _stream.RecordsPut);
    }

    [Theory]
    [InlineData("key", (1024 * 1024) - 2, "expected a record of at most 1,048,576 bytes with its partition key, got 1,048,577")]
    [InlineData("", 1, "expected a partition key of 1 to 256 characters, got 0")]
    public async Task What_the_producer_library_would_refuse_fails_the_job(string key, int length, string reason)
    {
        _queue.Add([Message(key, length)]);

        var error = await Assert.ThrowsAsync<CallFailedException>(() => _queue.RunAsync(TestContext.Current.CancellationToken));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    // As another SDK would send it, which checks nothing.
    private static EgressMessage Message(string key, int length)
    {
        var record = new ArrayBufferWriter<byte>();
        Field(record, 1, Encoding.UTF8.GetBytes(key));
        Field(record, 2, new byte[length]);
        Field(record, 3, "Out"u8.ToArray());
        return new(TypeName.Parse("test/out"), new("type.googleapis.com/io.statefun.sdk.egress.KinesisEgressRecord", record.WrittenSpan.ToArray()));
    }

    private static void Field(ArrayBufferWriter<byte> output, int number, byte[] value)
    {
        output.Write([(byte)((number << 3) | 2)]);
        var length = value.Length;
        for (; length > 0x7F; length >>= 7)
        {
            output.Write([(byte)(length | 0x80)]);
        }

        output.Write([(byte)length]);
        output.Write(value);
    }
}
