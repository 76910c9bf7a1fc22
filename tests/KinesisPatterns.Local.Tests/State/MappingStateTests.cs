using System.Text;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.State;
using KinesisPatterns.Local.Tests.Kinesis;
using KinesisPatterns.Local.Tests.Lambda;

namespace KinesisPatterns.Local.Tests.State;

/// <summary>What an event source mapping knows after its host ended and another one started on the same folder.</summary>
public sealed class MappingStateTests : IFunctionInvoker, IFailureDestination, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly ManualTime _time = new() { Jumps = true };
    private readonly List<Delivery> _deliveries = [];
    private readonly List<FailureDocument> _kept = [];
    private Func<Delivery, CancellationToken, Task<InvocationResult>> _function = (_, _) => Reply.With("null");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_ended_is_not_delivered_again()
    {
        await LiveAsync(put: ["1", "2"], s => s);
        _deliveries.Clear();

        await LiveAsync(put: ["3"], s => s);

        Assert.Equal(["3"], _deliveries.SelectMany(d => d.Data));
    }

    [Fact]
    public async Task What_was_in_flight_is_delivered_again()
    {
        _function = (_, stop) => Forever(stop);
        await LiveAsync(put: ["1", "2"], s => s, until: () => _deliveries.Count > 0);
        _deliveries.Clear();
        _function = (_, _) => Reply.With("null");

        await LiveAsync(put: [], s => s);

        Assert.Equal(["1", "2"], _deliveries.SelectMany(d => d.Data));
    }

    [Fact]
    public async Task A_batch_that_failed_has_the_retries_that_it_had_left()
    {
        static MappingSettings Settings(MappingSettings s) => s with { MaximumRetryAttempts = 3, OnFailureDestinationArn = MappingRig.Bucket };
        _function = (_, stop) => _deliveries.Count == 3 ? Forever(stop) : Reply.Error();
        await LiveAsync(put: ["poison"], Settings, until: () => _deliveries.Count == 3);
        _deliveries.Clear();
        _function = (_, _) => Reply.Error();

        await LiveAsync(put: [], Settings);

        Assert.Equal(2, _deliveries.Count);
        Assert.Contains("\"approximateInvokeCount\":4", Encoding.UTF8.GetString(Assert.Single(_kept).S3Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_goes_on_with_the_state_that_it_had()
    {
        static MappingSettings Settings(MappingSettings s) => s with { TumblingWindowInSeconds = 900 };
        _function = (_, _) => Reply.With("""{"state":{"sum":7}}""");
        await LiveAsync(put: ["1"], Settings, until: () => _deliveries.Count == 1, jumps: false);
        _deliveries.Clear();

        await LiveAsync(put: ["2"], Settings, until: () => _deliveries.Count == 1, jumps: false);

        Assert.Equal("""{"sum":7}""", _deliveries[0].Event.GetProperty("state").GetRawText());
    }

    [Fact]
    public async Task A_mapping_that_started_at_the_latest_record_reads_what_came_while_it_was_away()
    {
        static MappingSettings Settings(MappingSettings s) => s with { StartingPosition = ShardPosition.Latest };
        await LiveAsync(put: [], Settings);

        using (var state = HostState.Open(_folder))
        {
            await using var kinesis = new KinesisService(new() { Time = _time, EnforceQuotas = false, Store = state.Streams });
            kinesis.TryGet("orders")!.Put("key", "meanwhile"u8);
        }

        await LiveAsync(put: [], Settings);

        Assert.Equal(["meanwhile"], _deliveries.SelectMany(d => d.Data));
    }

    [Fact]
    public async Task A_mapping_that_was_deleted_starts_anew()
    {
        await LiveAsync(put: ["1"], s => s);
        using (var state = HostState.Open(_folder))
        {
            state.Mappings.Open(new() { EventSourceArn = "arn:aws:kinesis:us-east-1:000000000000:stream/orders", FunctionName = "price" }).Delete();
        }

        _deliveries.Clear();
        await LiveAsync(put: [], s => s);

        Assert.Equal(["1"], _deliveries.SelectMany(d => d.Data));
    }

    async Task<InvocationResult> IFunctionInvoker.InvokeAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var delivery = new Delivery(System.Text.Json.JsonDocument.Parse(payload.ToArray()).RootElement, _time.GetUtcNow());
        lock (_deliveries)
        {
            _deliveries.Add(delivery);
        }

        return await _function(delivery, cancellationToken);
    }

    Task IFailureDestination.SendAsync(string destinationArn, FailureDocument document, CancellationToken cancellationToken)
    {
        _kept.Add(document);
        return Task.CompletedTask;
    }

    private static async Task<InvocationResult> Forever(CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop);
        return await Reply.With("null");
    }

    // One life of a host: until the mapping is through, or something is so.
    private async Task LiveAsync(string[] put, Func<MappingSettings, MappingSettings> configure, Func<bool>? until = null, bool jumps = true)
    {
        var time = jumps ? (TimeProvider)_time : TimeProvider.System;
        using var state = HostState.Open(_folder);
        await using var kinesis = new KinesisService(new() { Time = time, EnforceQuotas = false, Store = state.Streams });
        var stream = kinesis.TryGet("orders") ?? kinesis.CreateStream("orders", new() { Shards = 1 });
        Array.ForEach(put, text => stream.Put("key", Encoding.UTF8.GetBytes(text)));
        await using var mapping = EventSourceMapping.Create(
            configure(new() { EventSourceArn = stream.Arn, FunctionName = "price" }),
            new() { Name = "price", Arn = "arn:aws:lambda:us-east-1:000000000000:function:price", CodeDirectory = ".", Handler = "Price", Runtime = "dotnet10" },
            this, new() { Kinesis = kinesis, Time = time, Destination = this, Store = state.Mappings });
        mapping.Start();
        if (until is null)
        {
            await MappingRig.IdleAsync(mapping);
        }
        else
        {
            await MappingRig.UntilAsync(until);
        }

        if (until is not null && !jumps)
        {
            await MappingRig.IdleAsync(mapping);
        }
    }
}
