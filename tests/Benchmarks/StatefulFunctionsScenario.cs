using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Lambda;
using KinesisPatterns.StateFun.Testing;
using KinesisPatterns.StateFun.Testing.Wire;
using KinesisPatterns.StateFun.VerificationHost;

namespace Benchmarks;

/// <summary>Calls of remote functions, from the request's bytes to the answer's, against the official JavaScript SDK on the same requests.</summary>
internal static class StatefulFunctionsScenario
{
    private const int Rounds = 7;
    private const int Connections = 8;

    private static readonly string[] Functions = ["noop", "counter", "pipeline"];
    private static readonly int[] Batches = [1, 10, 100, 1000];

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("statefun-");
        var requests = Functions.SelectMany(f => Batches.Select(b => new Request(f, b, folder.FullName))).ToList();
        try
        {
            await InProcessAsync(requests);
            await InLambdaAsync(requests);
            await OverHttpAsync(requests);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task InProcessAsync(List<Request> requests)
    {
        Console.WriteLine("in process, microseconds a message; rounds of both in turn, median");
        using var js = new Script("measure");
        var handler = new RequestReplyHandler(VerificationFunctions.All());
        foreach (var request in requests)
        {
            var (ours, theirs) = (new List<double>(), new List<double>());
            await OursAsync(handler, request, 20_000 / request.Batch + 500);
            Theirs(js, request, 2_000 / request.Batch + 50);
            await SameAsync(handler, request);
            for (var round = 0; round < Rounds; round++)
            {
                ours.Add(await OursAsync(handler, request, 60_000 / request.Batch + 20));
                theirs.Add(Theirs(js, request, 6_000 / request.Batch + 5));
            }

            var (here, there) = (Report.Median(ours), Report.Median(theirs));
            Report.Line($"{request.Function,-9} {request.Batch,5}  {here,8:F3}  JavaScript {there,8:F3}  {there / here,6:F1}x  {await AllocatedAsync(handler, request),6:N0} B allocated");
        }
    }

    private static async Task<double> OursAsync(RequestReplyHandler handler, Request request, int count)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            using var reply = await handler.HandleAsync(request.Bytes);
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / count / request.Batch;
    }

    private static double Theirs(Script js, Request request, int count)
    {
        js.Write(string.Create(CultureInfo.InvariantCulture, $"{request.File} {count}"));
        return double.Parse(js.Read(), CultureInfo.InvariantCulture) / count / request.Batch;
    }

    private static async Task<double> AllocatedAsync(RequestReplyHandler handler, Request request)
    {
        const int Count = 100;
        var before = GC.GetAllocatedBytesForCurrentThread();
        await OursAsync(handler, request, Count);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Count / request.Batch;
    }

    // A figure of an answer that is not the same would say nothing.
    private static async Task SameAsync(RequestReplyHandler handler, Request request)
    {
        using var reply = await handler.HandleAsync(request.Bytes);
        var (ours, theirs) = (Text(reply.Bytes), Text(File.ReadAllBytes($"{request.File}.reply")));
        if (ours != theirs)
        {
            throw new InvalidOperationException($"{request.Function} {request.Batch}: the answers differ.\n{ours[..Math.Min(500, ours.Length)]}\n{theirs[..Math.Min(500, theirs.Length)]}");
        }
    }

    private static string Text(ReadOnlyMemory<byte> reply)
    {
        var effects = MessageReader.Read(reply).Effects!;
        return string.Join('\n', [.. effects.Sent.Select(s => $"{s}"), .. effects.Egresses.Select(e => $"{e}"), .. effects.Mutations.Select(m => $"{m}")]);
    }

    private static async Task InLambdaAsync(List<Request> requests)
    {
        Console.WriteLine("Lambda event to answer, in process, microseconds a message");
        var lambda = new LambdaRequestReply(VerificationFunctions.All());
        foreach (var request in requests.Where(r => r.Function == "pipeline"))
        {
            var proxyEvent = Encoding.UTF8.GetBytes($$"""{"httpMethod":"POST","body":"{{Convert.ToBase64String(request.Bytes)}}","isBase64Encoded":true}""");
            var output = new ArrayBufferWriter<byte>();
            var rounds = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                var count = 20_000 / request.Batch + 20;
                var started = Stopwatch.GetTimestamp();
                for (var i = 0; i < count; i++)
                {
                    output.ResetWrittenCount();
                    await lambda.HandleAsync(proxyEvent, output);
                }

                rounds.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / count / request.Batch);
            }

            Report.Line($"{request.Function,-9} {request.Batch,5}  {Report.Median(rounds),8:F3}");
        }
    }

    private static async Task OverHttpAsync(List<Request> requests)
    {
        Console.WriteLine($"over HTTP, {Connections} connections: microseconds of the server's CPU a call");
        using var ours = Server.Ours(18_091);
        using var theirs = Server.Theirs(18_092);
        foreach (var request in requests.Where(r => r.Batch is 1 or 100))
        {
            // The clock of a process ticks every 10 ms, and compiled code gets its last form after some ten thousand calls.
            var (ourCalls, theirCalls) = request.Batch == 1 ? (20_000, 10_000) : (10_000, 1_000);
            await ours.CallAsync(request, ourCalls);
            await theirs.CallAsync(request, theirCalls);
            var (here, there) = (new List<double>(), new List<double>());
            for (var round = 0; round < 5; round++)
            {
                here.Add(await ours.CpuAsync(request, ourCalls));
                there.Add(await theirs.CpuAsync(request, theirCalls));
            }

            Report.Line($"{request.Function,-9} {request.Batch,5}  {Report.Median(here),8:F1}  JavaScript {Report.Median(there),8:F1}  {Report.Median(there) / Report.Median(here),6:F1}x");
        }
    }

    // A string of 100 bytes from another function, and a counter that is there already.
    private sealed class Request
    {
        public Request(string function, int batch, string folder)
        {
            (Function, Batch) = (function, batch);
            var argument = TypedValue.Of(Types.String, new string('x', 100));
            var caller = TypeName.Parse("bench/caller").WithId("7");
            KeyValuePair<string, TypedValue?>[] state = function == "noop" ? [] : [new("seen", TypedValue.Of(Types.Int, 41))];
            Bytes = RequestWriter.Write(
                TypeName.Parse($"bench/{function}").WithId("42"), state, Enumerable.Repeat(((Address?)caller, argument), batch));
            File = Path.Combine(folder, $"{function}-{batch}");
            System.IO.File.WriteAllBytes(File, Bytes);
        }

        public string Function { get; }

        public int Batch { get; }

        public byte[] Bytes { get; }

        public string File { get; }
    }

    private sealed class Script(params IEnumerable<string> arguments) : IDisposable
    {
        private readonly Process _process = Process.Start(new ProcessStartInfo("node", [Path.Combine(SourceFolder(), "statefun.js"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = SourceFolder(),
        })!;

        public TimeSpan Cpu
        {
            get
            {
                _process.Refresh();
                return _process.TotalProcessorTime;
            }
        }

        public void Write(string line) => _process.StandardInput.WriteLine(line);

        public string Read() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("node ended: run `npm ci` in tests/Benchmarks");

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }

    private sealed class Server(Uri address, IDisposable process, Func<TimeSpan> cpu) : IDisposable
    {
        private readonly HttpClient _http = new() { BaseAddress = address };

        public static Server Ours(int port)
        {
            var assembly = typeof(VerificationFunctions).Assembly.Location;
            var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, "--port", port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
            return new(At(port), new Killed(process), () =>
            {
                process.Refresh();
                return process.TotalProcessorTime;
            });
        }

        public static Server Theirs(int port)
        {
            var script = new Script("serve", port.ToString(CultureInfo.InvariantCulture));
            return new(At(port), script, () => script.Cpu);
        }

        public async Task CallAsync(Request request, int count)
        {
            await ReadyAsync(request);
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = Connections },
                async (_, cancellation) => await PostAsync(request, cancellation));
        }

        public async Task<double> CpuAsync(Request request, int count)
        {
            var before = cpu();
            await CallAsync(request, count);
            return (cpu() - before).TotalMicroseconds / count;
        }

        public void Dispose()
        {
            _http.Dispose();
            process.Dispose();
        }

        private static Uri At(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));

        private async Task ReadyAsync(Request request)
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    await PostAsync(request, CancellationToken.None);
                    return;
                }
                catch (HttpRequestException) when (attempt < 200)
                {
                    await Task.Delay(50);
                }
            }
        }

        private async Task PostAsync(Request request, CancellationToken cancellation)
        {
            using var response = await _http.PostAsync("", new ByteArrayContent(request.Bytes), cancellation);
            await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellation);
        }

        private sealed class Killed(Process process) : IDisposable
        {
            public void Dispose()
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }

    private static string SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
