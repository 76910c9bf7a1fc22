using System.Security.Cryptography;
using System.Text;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.StatefulFunctions;

namespace KinesisPatterns.Local.Tests.StatefulFunctions;

public sealed class UserRecordsTests : IAsyncDisposable
{
    private readonly KinesisService _kinesis = new(new() { EnforceQuotas = false });
    private readonly JobRig _rig = new();

    public async ValueTask DisposeAsync()
    {
        await _kinesis.DisposeAsync();
        await _rig.DisposeAsync();
    }

    [Fact]
    public void An_aggregate_is_taken_apart_and_each_record_has_its_own_key() =>
        Assert.Equal(["a:one", "b:two", "a:"], Unpacked(Aggregate(["a", "b"], [], ("one", 0, null), ("two", 1, null), ("", 0, null))));

    [Fact]
    public void What_is_no_sound_aggregate_is_a_record_itself()
    {
        var sound = Aggregate(["a"], [], ("one", 0, null));
        byte[] broken = [.. sound[..^1], (byte)(sound[^1] ^ 1)];

        Assert.All(
            [
                "plain"u8.ToArray(), [], sound[..20], broken, Aggregate(["a"], [], ("one", 1, null)), Aggregate(["a"], [], ("one", 0, 0)),
                Aggregate(["a"], ["no number"], ("one", 0, 0)), Signed([0x1A, 0x7F]), Signed([.. Field(1, [0xFF]), .. Field(3, [0x08, 0, .. Field(3, [1])])]),
            ],
            data => Assert.Equal(data, Assert.Single(Of(data)).Data));
    }

    [Fact]
    public void An_aggregate_with_a_record_of_another_shard_is_left_out_as_a_whole()
    {
        var (first, second) = (KeyIn(0), KeyIn(1));

        Assert.Empty(Of(Aggregate([first, second], [], ("mine", 0, null), ("other", 1, null), ("mine", 0, null)), first, shards: 2));
        Assert.Single(Of(Aggregate([first], [], ("mine", 0, null)), first, shards: 2));
    }

    [Fact]
    public void An_explicit_hash_key_says_whose_a_record_is()
    {
        var (first, second) = (KeyIn(0), KeyIn(1));

        Assert.Single(Of(Aggregate([second], ["0"], ("moved here", 0, 0)), first, shards: 2));
        Assert.Empty(Of(Aggregate([first], [UInt128.MaxValue.ToString(null, null)], ("moved away", 0, 0)), first, shards: 2));
    }

    [Fact]
    public async Task Each_record_of_an_aggregate_is_a_message_to_the_address_of_its_key()
    {
        var (first, second) = (KeyIn(0), KeyIn(1));
        await using var job = await _rig.StartAsync();

        _rig.Commands.Put(first, Aggregate([first, "x"], ["0"], ("x", 0, 0), ("x", 1, 0), ("x", 0, 0)));
        _rig.Commands.Put(first, Aggregate([first, second], [], ("x", 0, null), ("x", 1, null)));
        _rig.Put(first, "x");
        await _rig.UntilAsync(job, () => job.IsIdle && _rig.Counted().Count == 4, "four counts");

        Assert.Equal((3, 1, 0), (JobRig.CountOf(job, JobRig.Counter, first), JobRig.CountOf(job, JobRig.Counter, "x"), JobRig.CountOf(job, JobRig.Counter, second)));
        Assert.Contains("records of another shard", Assert.Single(_rig.Remarks), StringComparison.Ordinal);
    }

    private IEnumerable<string> Unpacked(byte[] data) => Of(data).Select(u => $"{u.PartitionKey}:{Encoding.UTF8.GetString(u.Data)}");

    private IReadOnlyList<UserRecord> Of(byte[] data, string key = "k", int shards = 1)
    {
        var stream = _kinesis.CreateStream(Guid.NewGuid().ToString("N"), new() { Shards = shards });
        stream.Put(key, data);
        var read = new KinesisRecord[1];
        Assert.Equal(1, new ShardReader(stream.Shards[0], ShardPosition.TrimHorizon).Read(read));
        return UserRecords.Of(read[0]);
    }

    // A partition key whose hash is in the lower or upper half, the first or second of two shards.
    private static string KeyIn(int shard) =>
        Enumerable.Range(0, 100).Select(i => $"key {i}").First(key => MD5.HashData(Encoding.UTF8.GetBytes(key))[0] >> 7 == shard);

    private static byte[] Aggregate(string[] keys, string[] hashKeys, params (string Data, byte Key, byte? HashKey)[] records) => Signed(
    [
        .. keys.SelectMany(k => Field(1, Encoding.UTF8.GetBytes(k))),
        .. hashKeys.SelectMany(k => Field(2, Encoding.UTF8.GetBytes(k))),
        .. records.SelectMany(r => Field(3, [0x08, r.Key, .. r.HashKey is { } at ? new byte[] { 0x10, at } : [], .. Field(3, Encoding.UTF8.GetBytes(r.Data))])),
    ]);

    private static byte[] Signed(byte[] message) => [0xF3, 0x89, 0x9A, 0xC2, .. message, .. MD5.HashData(message)];

    private static byte[] Field(int number, byte[] value) => [(byte)((number << 3) | 2), (byte)value.Length, .. value];
}
