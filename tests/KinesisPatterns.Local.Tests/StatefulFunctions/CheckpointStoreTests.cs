using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.Tests.StatefulFunctions;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
    private readonly Bucket _bucket;
    private readonly CheckpointStore _store;

    public CheckpointStoreTests()
    {
        _bucket = new("snapshots", _folder.FullName, TimeProvider.System);
        _store = new(_bucket, "checkpoints/job");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_newest_three_are_kept_where_Flink_has_them()
    {
        foreach (var number in Enumerable.Range(8, 4))
        {
            await _store.SaveAsync(Of(number), Cancellation);
        }

        Assert.Equal(
            ["checkpoints/job/chk-10/_metadata", "checkpoints/job/chk-11/_metadata", "checkpoints/job/chk-9/_metadata"], _bucket.List("").Select(o => o.Key));
        var latest = await _store.LatestAsync(Cancellation);
        Assert.Equal((11, 11), (latest!.Number, latest.Positions["Commands"]["shard-1"]));
    }

    [Fact]
    public async Task Of_another_job_nothing_is_found()
    {
        await _store.SaveAsync(Of(1), Cancellation);

        Assert.Null(await new CheckpointStore(_bucket, "checkpoints/other").LatestAsync(Cancellation));
    }

    [Fact]
    public async Task One_that_cannot_be_read_is_an_error_and_not_an_empty_state()
    {
        await _bucket.PutAsync("checkpoints/job/chk-1/_metadata", "{"u8.ToArray(), Cancellation);

        var error = await Assert.ThrowsAsync<LocalHostException>(() => _store.LatestAsync(Cancellation));

        Assert.Contains("without it the functions' state is lost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_whose_answer_is_lost_is_there_and_failed()
    {
        var plan = new FaultPlan(1, new("lost", "", new Dictionary<FaultKind, double> { [FaultKind.LostAnswer] = 1 }));
        var store = new CheckpointStore(_bucket, "checkpoints/job", faults: plan);

        await Assert.ThrowsAsync<InjectedFaultException>(() => store.SaveAsync(Of(1), Cancellation));

        Assert.Equal(1, (await store.LatestAsync(Cancellation))!.Number);
    }

    private static Checkpoint Of(long number) => new(
        number, new Dictionary<string, IReadOnlyDictionary<string, long>> { ["Commands"] = new Dictionary<string, long> { ["shard-1"] = number } }, new RuntimeState().Snapshot());
}
