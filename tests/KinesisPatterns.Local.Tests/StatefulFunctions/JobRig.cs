using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KinesisPatterns.Local.Tests.StatefulFunctions;

/// <summary>What a call meets on its way.</summary>
internal enum Trouble
{
    None,

    /// <summary>It does not reach the function.</summary>
    Refused,

    /// <summary>It reaches the function, and the answer is lost.</summary>
    AnswerLost,

    /// <summary>The answer has another media type.</summary>
    OddAnswer,
}

/// <summary>
/// A job over streams of this process with functions behind HTTP: <c>test/counter</c> counts messages of an address, sends the count to the stream
/// Counts and, for the word later, a message to itself; <c>test/total</c> counts what counters tell it.
/// </summary>
internal sealed class JobRig : IAsyncDisposable
{
    public static readonly TypeName Counter = TypeName.Parse("test/counter");
    public static readonly TypeName Total = TypeName.Parse("test/total");

    private static readonly StateFunType<string> Word = Types.Custom(
        TypeName.Parse("test/word"), bytes => Encoding.UTF8.GetString(bytes), (value, output) => Encoding.UTF8.GetBytes(value, output));

    private static readonly ValueSpec<long> Count = new("count", Types.Long);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
    private readonly WebApplication _web;
    private readonly RequestReplyHandler _handler;
    private int _under;

    public JobRig(int shards = 2)
    {
        Snapshots = new("snapshots", Path.Combine(_folder.FullName, "snapshots"), TimeProvider.System);
        Commands = Kinesis.CreateStream("Commands", new() { Shards = shards });
        Counts = Kinesis.CreateStream("Counts", new() { Shards = 1 });
        var functions = new KinesisPatterns.StateFun.StatefulFunctions();
        functions.Add(new FunctionSpec(Counter, Count), CountAsync);
        functions.Add(new FunctionSpec(Total, Count), (context, _, _) =>
        {
            context.Set(Count, context.Get(Count) + 1);
            return ValueTask.CompletedTask;
        });
        _handler = new(functions);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.MapPost("/functions/{name}", ServeAsync);
    }

    public KinesisService Kinesis { get; } = new(new() { EnforceQuotas = false });

    /// <summary>Where checkpoints are.</summary>
    public Bucket Snapshots { get; }

    public KinesisStream Commands { get; }

    public KinesisStream Counts { get; }

    /// <summary>What the next calls meet, in order; then all is well.</summary>
    public ConcurrentQueue<Trouble> Troubles { get; } = new();

    /// <summary>How long a function takes.</summary>
    public TimeSpan Takes { get; set; }

    /// <summary>A word that makes the counter break the contract: it sends a message into the past.</summary>
    public string? Forbidden { get; set; }

    public ConcurrentQueue<string> Remarks { get; } = new();

    public int MostAtOnce { get; private set; }

    public int CallsOfCounters;

    /// <summary>What goes wrong with streams and checkpoints.</summary>
    public FaultPlan? Faults { get; set; }

    public async Task<StatefulFunctionsJob> StartAsync(JobOptions? options = null, int maximumBatch = 1000)
    {
        if (_web.Urls.Count == 0 || !_web.Lifetime.ApplicationStarted.IsCancellationRequested)
        {
            await _web.StartAsync(TestContext.Current.CancellationToken);
        }

        var module = new ModuleDescription(
            "Demo/Cluster",
            [new("test/*", $"{_web.Urls.First()}/functions/{{function.name}}", maximumBatch, ["counter", "total"])],
            [new("test/in", "Commands", "test/word", [Counter])],
            [new("test/counts", "Counts")]);
        var job = new StatefulFunctionsJob(
            module, Kinesis, new(Snapshots, "checkpoints/job", role: null, Faults), role: null, Remarks.Enqueue, TimeProvider.System,
            options ?? new() { CheckpointEvery = TimeSpan.FromMilliseconds(50), RestartAfter = TimeSpan.FromMilliseconds(50) }, Faults);
        job.Start();
        return job;
    }

    public void Put(string key, string word) => Commands.Put(key, Encoding.UTF8.GetBytes(word));

    public IReadOnlyList<string> Counted()
    {
        var reader = new ShardReader(Counts.Shards[0], ShardPosition.TrimHorizon);
        var records = new KinesisRecord[10_000];
        return [.. records[..reader.Read(records)].Select(r => Encoding.UTF8.GetString(r.Data.Span))];
    }

    public static long CountOf(StatefulFunctionsJob job, TypeName type, string id) =>
        job.State.ValuesOf(type.WithId(id)).TryGetValue("count", out var count) ? count.As(Types.Long) : 0;

    public async Task UntilAsync(StatefulFunctionsJob job, Func<bool> holds, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), $"waited in vain for {what}: {job.Statistics()}, idle {job.IsIdle}, counts {Counted().Count}, {string.Join('\n', Remarks)}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await Kinesis.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private ValueTask CountAsync(Context context, Message message, CancellationToken cancellation)
    {
        var word = message.As(Word);
        var count = context.Get(Count) + 1;
        context.Set(Count, count);
        context.Send(Total.WithId("all"), message);
        context.SendKinesis(TypeName.Parse("test/counts"), "Counts", context.Self.Id, $"{context.Self.Id}={count}");
        if (word == "later")
        {
            context.SendAfter(TimeSpan.FromMilliseconds(300), context.Self, Word, "reminder", "token");
        }

        if (word == Forbidden)
        {
            context.SendKinesis(TypeName.Parse("test/nowhere"), "Nowhere", "key", "value");
        }

        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync(HttpContext context, string name)
    {
        lock (_handler)
        {
            MostAtOnce = Math.Max(MostAtOnce, ++_under);
        }

        try
        {
            if (name == Counter.Name)
            {
                Interlocked.Increment(ref CallsOfCounters);
            }

            await Task.Delay(Takes, context.RequestAborted);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var trouble = Troubles.TryDequeue(out var next) ? next : Trouble.None;
            if (trouble == Trouble.Refused)
            {
                context.Response.StatusCode = 503;
                return;
            }

            using var reply = await _handler.HandleAsync(body.ToArray(), cancellation: context.RequestAborted);
            context.Response.StatusCode = trouble == Trouble.AnswerLost ? 504 : 200;
            context.Response.ContentType = trouble == Trouble.OddAnswer ? "text/plain" : "application/octet-stream";
            if (trouble != Trouble.AnswerLost)
            {
                await context.Response.Body.WriteAsync(reply.Bytes, context.RequestAborted);
            }
        }
        finally
        {
            lock (_handler)
            {
                _under--;
            }
        }
    }
}
