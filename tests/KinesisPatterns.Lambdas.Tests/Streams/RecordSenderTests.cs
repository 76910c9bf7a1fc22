using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Tests.Streams;

public sealed class RecordSenderTests
{
    private readonly TestStream _stream = new();
    private readonly List<Exception> _errors = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Puts_at_most_500_records_in_a_call()
    {
        var stored = await SendAsync(Enumerable.Repeat(new byte[] { (byte)'x' }, 1201));

        Assert.All(stored, Assert.True);
        Assert.Equal([201, 500, 500], _stream.Calls.Order());
    }

    [Fact]
    public async Task Puts_at_most_10_mebibytes_in_a_call()
    {
        var stored = await SendAsync(Enumerable.Repeat(new byte[1_000_000], 15));

        Assert.All(stored, Assert.True);
        Assert.Equal([5, 10], _stream.Calls.Order());
    }

    [Fact]
    public async Task Puts_refused_records_again_and_only_these()
    {
        _stream.Refuse = (text, call) => text == "b" && call < 3 ? "ProvisionedThroughputExceededException" : null;

        var stored = await SendAsync(["a"u8.ToArray(), "b"u8.ToArray(), "c"u8.ToArray()]);

        Assert.All(stored, Assert.True);
        Assert.Equal([3, 1, 1], _stream.Calls);
        Assert.Equal(["a", "c", "b"], _stream.Records.Select(record => record.Text));
    }

    [Fact]
    public async Task Says_which_records_were_refused_to_the_end()
    {
        _stream.Refuse = (text, _) => text == "b" ? "InternalFailure" : null;

        var stored = await SendAsync(["a"u8.ToArray(), "b"u8.ToArray()]);

        Assert.Equal([true, false], stored);
        Assert.Contains("InternalFailure", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_out_a_record_that_is_too_large_for_the_stream()
    {
        var stored = await SendAsync([new byte[RecordSender.MaximumRecordBytes - 1], new byte[RecordSender.MaximumRecordBytes], [1]]);

        Assert.Equal([true, false, true], stored);
    }

    [Fact]
    public async Task A_failed_call_leaves_its_records_and_no_others()
    {
        _stream.Refuse = (text, _) => text == "bad" ? throw new IOException("no") : null;

        var stored = await SendAsync([.. Enumerable.Repeat("good"u8.ToArray(), 500), "bad"u8.ToArray()]);

        Assert.Equal(500, stored.Count(value => value));
        Assert.False(stored[500]);
        Assert.IsType<IOException>(Assert.Single(_errors));
    }

    [Fact]
    public async Task Gives_up_when_the_time_is_over()
    {
        _stream.Refuse = (_, _) => "ProvisionedThroughputExceededException";
        using var deadline = new CancellationTokenSource();
        await deadline.CancelAsync();

        var stored = await Sender.SendAsync([new("k", "a"u8.ToArray())], deadline.Token);

        Assert.Equal([false], stored);
        Assert.Single(_stream.Calls);
    }

    [Fact]
    public async Task Nothing_to_put_is_no_call()
    {
        Assert.Empty(await SendAsync([]));
        Assert.Empty(_stream.Calls);
    }

    private RecordSender Sender => new(_stream, _errors.Add);

    private Task<bool[]> SendAsync(IEnumerable<byte[]> payloads) =>
        Sender.SendAsync([.. payloads.Select(payload => new OutputRecord("k", payload))], Token);
}
