using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.StatefulFunctions;

namespace KinesisPatterns.Local.Tests.StatefulFunctions;

/// <summary>What is in a checkpoint, and which one a job goes on from.</summary>
public sealed class CheckpointingTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
    private readonly KinesisService _kinesis = new(new() { EnforceQuotas = false });
    private readonly JobState _state = new(maximumBatch: 10);
    private readonly CheckpointStore _store;
    private readonly Checkpointing _checkpoints;

    public CheckpointingTests()
    {
        _store = new(new Bucket("snapshots", _folder.FullName, TimeProvider.System), "checkpoints/job");
        _checkpoints = new(_store, _state, new(), TimeProvider.System);
        _state.Restore(null, new EgressQueue(_kinesis, [], role: null));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _kinesis.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_ingress_goes_on_where_it_was_though_another_reads_the_same_stream()
    {
        var stream = _kinesis.CreateStream("Commands", new() { Shards = 1 });
        stream.Put("a", [1]);
        stream.Put("a", [2]);
        var records = new KinesisRecord[2];
        new ShardReader(stream.Shards[0], ShardPosition.TrimHorizon).Read(records);
        var (fast, slow) = (Ingress("test/fast"), Ingress("test/slow"));
        foreach (var (ingress, record) in new[] { (fast, records[0]), (fast, records[1]), (slow, records[0]) })
        {
            _state.Ingest(ingress, record, UserRecords.Of(record));
        }

        await _checkpoints.SaveAsync(Cancellation);
        _state.Restore(await _checkpoints.RestoreAsync(Cancellation), new EgressQueue(_kinesis, [], role: null));

        var shard = stream.Shards[0].Id;
        Assert.Equal((records[1].Counter + 1, records[0].Counter + 1), (_state.PositionOf(fast.Id, shard), _state.PositionOf(slow.Id, shard)));
    }

    [Fact]
    public async Task The_checkpoint_that_is_told_of_is_the_one_that_was_restored_though_its_answer_was_lost()
    {
        await _checkpoints.SaveAsync(Cancellation);
        await _store.SaveAsync(_state.Snapshot(2, Cancellation).Checkpoint, Cancellation);

        var restored = await _checkpoints.RestoreAsync(Cancellation);

        Assert.Equal((2, 2), (restored!.Number, _checkpoints.Last!.Number));
    }

    private static ModuleIngress Ingress(string id) => new(id, "Commands", "test/word", [JobRig.Counter]);
}
