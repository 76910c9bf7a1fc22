using System.Text.Json.Nodes;
using KinesisPatterns.Local.Firehose;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.SecretsManager;
using KinesisPatterns.Local.State;
using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Tests.State;

/// <summary>What the services besides streams and functions keep.</summary>
public sealed class ServiceStateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("plain/key.txt")]
    [InlineData("a//b")]
    public async Task An_object_comes_back_with_its_key_digest_and_headers(string key)
    {
        var before = await WithAsync(state => Bucket(state).PutAsync(key, new MemoryStream([1, 2, 3]), new Dictionary<string, string> { ["Content-Type"] = "text/x" }, Stop));

        var after = await WithAsync(state => Task.FromResult(Bucket(state).Find(key)!));

        Assert.Equal((before.ETag, before.Size, before.LastModified, "text/x"), (after.ETag, after.Size, after.LastModified, after.Headers["Content-Type"]));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(after.File, Stop));
    }

    [Fact]
    public async Task An_object_that_was_removed_stays_so()
    {
        await WithAsync(async state =>
        {
            await Bucket(state).PutAsync("key", new byte[] { 1 }, Stop);
            Bucket(state).Remove("key");
            return 0;
        });

        Assert.Null(await WithAsync(state => Task.FromResult(Bucket(state).Find("key"))));
    }

    [Fact]
    public async Task A_secret_is_generated_once()
    {
        static string Secret(HostState state)
        {
            var secrets = new SecretsManagerService(state);
            secrets.Create("arn", new() { ["GenerateSecretString"] = new JsonObject() });
            return secrets.Value("arn");
        }

        Assert.Equal(await WithAsync(state => Task.FromResult(Secret(state))), await WithAsync(state => Task.FromResult(Secret(state))));
    }

    [Fact]
    public async Task Points_come_back_numbers_and_texts()
    {
        var tags = new Tags([KeyValuePair.Create("device", "a")], "device=a");
        await WithAsync(state =>
        {
            var store = new SeriesStore(state, "db");
            store.Write(new("m", tags, "value", 1.5, 10));
            store.Write(new("m", tags, "note", 0, 10, "a text"));
            return Task.FromResult(0);
        });

        var (numbers, texts) = await WithAsync(state =>
        {
            var store = new SeriesStore(state, "db");
            return Task.FromResult((store.With("m", "device", "a").Single().Range(0, 20), store.FindTexts(new("m", tags, "note"))!.Range(0, 20)));
        });

        Assert.Equal([(10, 1.5)], numbers);
        Assert.Equal([(10, "a text")], texts);
    }

    [Fact]
    public async Task A_record_put_to_a_delivery_stream_directly_is_written_by_the_next_host()
    {
        await WithAsync(async state =>
        {
            using var delivery = Delivery(state);
            await delivery.AddAsync(new(new byte[] { 7 }, DateTimeOffset.UnixEpoch), Stop);
            return 0;
        });

        var written = await WithAsync(async state =>
        {
            using var delivery = Delivery(state);
            delivery.Restore();
            await delivery.FlushAsync(Stop);
            await delivery.FlushAsync(Stop);
            return Bucket(state).Objects.Select(o => File.ReadAllBytes(o.File)).ToList();
        });

        Assert.Equal([7], Assert.Single(written));
        Assert.Empty(await WithAsync(state => Task.FromResult(new DeliveryLog(state, "raw").Direct)));
    }

    private Bucket Bucket(HostState state) => new("b", Path.Combine(_folder, "buckets", "b"), TimeProvider.System, new(state, "b"));

    private DeliveryStream Delivery(HostState state) => new(
        "raw", new("arn:aws:s3:::b", "data/", "errors/", TimeSpan.FromMinutes(5), 1 << 20, false, "", null), Bucket(state), null, TimeProvider.System, state);

    private async Task<T> WithAsync<T>(Func<HostState, Task<T>> use)
    {
        using var state = HostState.Open(_folder);
        return await use(state);
    }
}
