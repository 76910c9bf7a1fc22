using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Benchmarks;

/// <summary>PutRecords and GetRecords a second, start and memory against kinesalite and moto, with the same client in the same run.</summary>
internal static class KinesisScenario
{
    private const int Batch = 500;
    private const int RecordBytes = 200;
    private const int Shards = 4;
    private const int Kept = 1_000_000;

    private static readonly int[] _connections = [1, 4];

    // The default of .NET escapes the + of base64, which no client of AWS does.
    private static readonly JsonSerializerOptions _asClientsWrite =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _measured = TimeSpan.FromSeconds(6);

    public static async Task RunAsync()
    {
        Console.WriteLine($"{Batch} records x {RecordBytes} B a call, {Shards} shards, {Environment.ProcessorCount} cores");
        var ours = await MeasureAsync(() => KinesisServer.Ours(4601));
        Compare("kinesalite", ours, await MeasureAsync(() => KinesisServer.Kinesalite(4602)));
        if (KinesisServer.HasMoto)
        {
            Compare("moto", ours, await MeasureAsync(() => KinesisServer.Moto(4603)));
        }
        else
        {
            Console.WriteLine("moto_server is not on the path: not compared");
        }

        await MemoryAsync();
    }

    private static void Compare(string name, Dictionary<string, double> ours, Dictionary<string, double> theirs) =>
        Print($"ratio to {name}: {string.Join(", ", ours.Where(o => theirs.ContainsKey(o.Key)).Select(o => FormattableString.Invariant($"{o.Key} {o.Value / theirs[o.Key]:F1}x")))}");

    private static async Task<Dictionary<string, double>> MeasureAsync(Func<KinesisServer> start)
    {
        var watch = Stopwatch.StartNew();
        using var server = start();
        using var client = new RawClient(server.Address);
        await client.ReadyAsync();
        Print($"{server.Name,-22} answers {watch.Elapsed.TotalMilliseconds:N0} ms after its start");
        await CreateAsync(client);
        var rates = new Dictionary<string, double>();
        foreach (var connections in _connections)
        {
            rates[$"PutRecords x{connections}"] = await RateAsync(server, "PutRecords", connections, connection => PutAsync(client, Body(connection)));
        }

        foreach (var connections in _connections)
        {
            try
            {
                rates[$"GetRecords x{connections}"] = await RateAsync(server, "GetRecords", connections, connection => GetAsync(client, connection % Shards));
            }
            catch (InvalidOperationException error)
            {
                // moto answers 500 once several writers were there at a time.
                Print($"{server.Name,-22} GetRecords x{connections} not measured: {error.Message.Split('\n')[0]}");
            }
        }

        return rates;
    }

    // A server of its own: what the rounds above left behind is not in it.
    private static async Task MemoryAsync()
    {
        using var server = KinesisServer.Ours(4604);
        using var client = new RawClient(server.Address);
        await client.ReadyAsync();
        await CreateAsync(client);
        var before = server.ResidentMiB;
        var put = PutAsync(client, Body(seed: 1));
        for (var records = 0; records < Kept; records += Batch)
        {
            await put();
        }

        Print($"{server.Name,-22} {server.ResidentMiB:N0} MiB resident with {Kept:N0} records ({(long)Kept * RecordBytes >> 20:N0} MiB of data), {before:N0} MiB without");
    }

    private static async Task CreateAsync(RawClient client)
    {
        await client.CallAsync("CreateStream", Encoding.UTF8.GetBytes($$"""{"StreamName":"bench","ShardCount":{{Shards}}}"""));
        while ((await client.CallAsync("DescribeStream", """{"StreamName":"bench"}"""))
            .GetProperty("StreamDescription").GetProperty("StreamStatus").GetString() != "ACTIVE")
        {
            await Task.Delay(20);
        }
    }

    // The least over several connections that run for a while: records a second.
    private static async Task<double> RateAsync(KinesisServer server, string what, int connections, Func<int, Func<Task<int>>> connect)
    {
        await RunAsync(connections, connect, _warmUp);
        var (cpu, watch) = (server.Cpu, Stopwatch.StartNew());
        var records = await RunAsync(connections, connect, _measured);
        var (seconds, busy) = (watch.Elapsed.TotalSeconds, (server.Cpu - cpu).TotalSeconds);
        Print(
            $"{server.Name,-22} {what} x{connections} {records / seconds,10:N0} records/s  {busy / records * 1e6,6:F2} us CPU a record  peak {server.PeakMiB} MiB");
        return records / seconds;
    }

    private static async Task<double> RunAsync(int connections, Func<int, Func<Task<int>>> connect, TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(async () =>
        {
            var (call, count) = (connect(connection), 0L);
            while (Stopwatch.GetTimestamp() < until)
            {
                count += await call();
            }

            return count;
        })));
        return counts.Sum();
    }

    private static Func<Task<int>> PutAsync(RawClient client, byte[] body) => async () =>
    {
        var answer = await client.CallAsync("PutRecords", body);
        return answer.AsSpan().IndexOf("\"FailedRecordCount\":0"u8) >= 0 || answer.AsSpan().IndexOf("\"FailedRecordCount\": 0"u8) >= 0
            ? Batch
            : throw new InvalidOperationException("A record was refused: " + Encoding.UTF8.GetString(answer, 0, 200));
    };

    private static Func<Task<int>> GetAsync(RawClient client, int shard)
    {
        string? iterator = null;
        return async () =>
        {
            iterator ??= (await client.CallAsync("GetShardIterator",
                $$"""{"StreamName":"bench","ShardId":"shardId-{{shard:D12}}","ShardIteratorType":"TRIM_HORIZON"}""")).GetProperty("ShardIterator").GetString();
            var answer = await client.CallAsync("GetRecords", Encoding.UTF8.GetBytes($$"""{"ShardIterator":"{{iterator}}","Limit":10000}"""));
            var records = Count(answer, "\"SequenceNumber\""u8);
            iterator = records == 0 ? null : Next(answer);
            return records;
        };
    }

    private static string Next(byte[] answer)
    {
        var name = "\"NextShardIterator\":"u8;
        var start = answer.AsSpan().LastIndexOf(name) + name.Length;
        start += answer.AsSpan(start).IndexOf((byte)'"') + 1;
        return Encoding.ASCII.GetString(answer, start, answer.AsSpan(start).IndexOf((byte)'"'));
    }

    private static int Count(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        var count = 0;
        for (var at = text.IndexOf(part); at >= 0; at = text.IndexOf(part))
        {
            text = text[(at + part.Length)..];
            count++;
        }

        return count;
    }

    private static byte[] Body(int seed)
    {
        var random = new Random(seed);
        var data = new byte[RecordBytes];
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            StreamName = "bench",
            Records = Enumerable.Range(0, Batch).Select(_ =>
            {
                random.NextBytes(data);
                return new
                {
                    Data = Convert.ToBase64String(data),
                    PartitionKey = string.Create(CultureInfo.InvariantCulture, $"machine-{random.Next(1000)}"),
                };
            }).ToArray(),
        }, _asClientsWrite);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
