namespace KinesisPatterns.Cdk.Tests;

public sealed class RemoteCallsTests
{
    private const int LambdaBytes = 6 * 1024 * 1024;

    // What API Gateway puts around a body: headers, request context, quotes.
    private const int EventBytes = 100_000;

    private static readonly Random _random = new(20_261_126);

    [Fact]
    public void All_subtasks_together_never_have_more_connections_than_functions_may_run()
    {
        for (var run = 0; run < 10_000; run++)
        {
            var (concurrency, parallelism, types) = (_random.Next(1, 5_000), _random.Next(1, 129), _random.Next(1, 20));

            var pool = RemoteCalls.PoolSize(concurrency, parallelism, types);

            Assert.True(pool * parallelism * types <= concurrency);
            Assert.True((pool + 1) * parallelism * types > concurrency, "No connection is left out.");
        }
    }

    [Fact]
    public void A_subtask_never_begins_more_calls_than_any_group_of_functions_has_connections()
    {
        for (var run = 0; run < 10_000; run++)
        {
            var pools = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => (_random.Next(1, 200), _random.Next(1, 9))).ToArray();

            var calls = RemoteCalls.PerTask(pools);

            Assert.All(pools, pool => Assert.True(calls <= pool.Item1 * pool.Item2));
            Assert.Contains(pools, pool => calls == pool.Item1 * pool.Item2);
        }
    }

    [Fact]
    public void A_batch_with_its_state_fits_into_what_Lambda_takes_as_base64()
    {
        for (var run = 0; run < 10_000; run++)
        {
            double message = _random.Next(1, 4_000_000), state = _random.Next(0, 4_400_000);

            var batch = RemoteCalls.Batch(message, state);

            Assert.InRange(batch, 0, RemoteCalls.LargestBatch);
            Assert.True(batch == 0 || Base64((batch * message) + state) + EventBytes <= LambdaBytes);
            Assert.True(
                batch == RemoteCalls.LargestBatch || ((batch + 1) * message) + state > RemoteCalls.UsableBytes,
                "No message is left out.");
        }
    }

    [Theory]
    [InlineData(1, 0, 1_000)]
    [InlineData(4_000, 0, 1)]
    [InlineData(4_000, 196, 1)]
    [InlineData(4_000, 512, 0)]
    [InlineData(1, 4_295, 1)]
    [InlineData(1, 4_296, 0)]
    [InlineData(1, 1_000_000, 0)]
    public void The_smallest_and_the_largest_messages_and_states_make_a_batch_or_none(double message, double state, int batch) =>
        Assert.Equal(batch, RemoteCalls.Batch(message * 1024, state * 1024));

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(127, 128, 1, 0)]
    [InlineData(128, 128, 1, 1)]
    [InlineData(100_000, 128, 1, 781)]
    public void The_fewest_and_the_most_calls_make_a_pool_or_none(int concurrency, int parallelism, int types, int pool) =>
        Assert.Equal(pool, RemoteCalls.PoolSize(concurrency, parallelism, types));

    private static double Base64(double bytes) => Math.Ceiling(bytes / 3) * 4;
}
