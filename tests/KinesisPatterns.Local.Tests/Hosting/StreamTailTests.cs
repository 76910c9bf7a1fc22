using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Hosting;

public sealed class StreamTailTests : IAsyncDisposable
{
    private readonly KinesisService _kinesis = new(new() { EnforceQuotas = false });

    public ValueTask DisposeAsync() => _kinesis.DisposeAsync();

    [Fact]
    public async Task A_record_that_cannot_be_handled_ends_the_tail_whenever_it_comes()
    {
        var stream = _kinesis.CreateStream("Commands", new() { Shards = 2 });
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tail = new StreamTail(stream, record =>
        {
            handled.TrySetResult();
            return record.PartitionKey == "bad" ? throw new InvalidOperationException("cannot be handled") : ValueTask.CompletedTask;
        });
        var running = tail.RunAsync(TestContext.Current.CancellationToken);
        stream.Put("good", [1]);
        await handled.Task.WaitAsync(TestContext.Current.CancellationToken);

        stream.Put("bad", [2]);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal("cannot be handled", error.Message);
    }
}
