using System.Net;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Benchmarks;

/// <summary>A stream whose one reader is a function that only answers: Kinesis, mapping and process, nothing else.</summary>
internal sealed class BareStream : IReadingLedger, IAsyncDisposable
{
    private readonly KinesisService _kinesis = new(new() { EnforceQuotas = false });
    private readonly HttpClient _http = new();
    private readonly LambdaService _lambda;
    private readonly WebApplication _web;
    private EventSourceMapping? _mapping;
    private long _put;

    private BareStream()
    {
        _lambda = new(new() { Kinesis = _kinesis, Endpoint = () => Endpoint.Authority });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _web = builder.Build();
        _web.Run(context => context.Request.Path.StartsWithSegments(RuntimeApi.Prefix.TrimEnd('/'), StringComparison.Ordinal)
            ? _lambda.HandleAsync(context)
            : _kinesis.HandleAsync(context));
    }

    private Uri Endpoint => new(_web.Urls.Single());

    /// <summary>Starts a stream on demand, read by a mapping with the settings and the memory of <paramref name="like"/>.</summary>
    public static async Task<BareStream> StartAsync(EventSourceMapping like)
    {
        const string Function = "no-op";
        var bare = new BareStream();
        await bare._web.StartAsync();
        var stream = bare._kinesis.CreateStream("bare", new());
        bare._lambda.Add(like.Function with
        {
            Name = Function,
            Arn = $"arn:aws:lambda:us-east-1:000000000000:function:{Function}",
            CodeDirectory = AppContext.BaseDirectory,
            Handler = "TestFunction",
            Runtime = "dotnet10",
            Environment = new Dictionary<string, string> { ["COMMAND"] = "nothing" },
        });
        bare._mapping = bare._lambda.Add(like.Settings with
        {
            EventSourceArn = stream.Arn,
            FunctionName = Function,
            OnFailureDestinationArn = null,
        });
        return bare;
    }

    /// <summary>Puts the records and waits until the function has answered for each of them.</summary>
    public async Task PutAsync(IEnumerable<FedRecord> records)
    {
        await new Producer(_http, Endpoint, _mapping!.Stream.Name) { Ledger = this }.PutAllAsync(records, rate: null, CancellationToken.None);
        await Wait.UntilAsync(() => _mapping.Counters.Ended(RecordEnd.Succeeded) == _put, () => $"{_mapping.LastError}");
    }

    public void Put(string shardId, string sequenceNumber, FedRecord record) => _put++;

    public async ValueTask DisposeAsync()
    {
        await _lambda.DisposeAsync();
        await _web.DisposeAsync();
        await _kinesis.DisposeAsync();
        _http.Dispose();
    }
}
