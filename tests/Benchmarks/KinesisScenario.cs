using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Benchmarks;

/// <summary>PutRecords and GetRecords a second against kinesalite, with the same client in the same run.</summary>
internal static class KinesisScenario
{
    private const int Batch = 500;
    private const int RecordBytes = 200;
    private const int Shards = 4;
    private const int Connections = 4;

    // The default of .NET escapes the + of base64, which no client of AWS does.
    private static readonly JsonSerializerOptions _asClientsWrite =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _measured = TimeSpan.FromSeconds(6);

    public static async Task RunAsync()
    {
        Console.WriteLine(
            $"{Batch} records x {RecordBytes} B a call, {Shards} shards, {Connections} connections, {Environment.ProcessorCount} cores");
        var ours = await MeasureAsync(KinesisServer.Ours(4601));
        var theirs = await MeasureAsync(KinesisServer.Kinesalite(4602));
        Print($"ratio: PutRecords {ours.Put / theirs.Put:F1}x, GetRecords {ours.Get / theirs.Get:F1}x");
    }

    private static async Task<(double Put, double Get)> MeasureAsync(KinesisServer server)
    {
        using (server)
        {
            using var client = new RawClient(server.Address);
            await client.ReadyAsync();
            await client.CallAsync("CreateStream", Encoding.UTF8.GetBytes($$"""{"StreamName":"bench","ShardCount":{{Shards}}}"""));
            while ((await client.CallAsync("DescribeStream", """{"StreamName":"bench"}"""))
                .GetProperty("StreamDescription").GetProperty("StreamStatus").GetString() != "ACTIVE")
            {
                await Task.Delay(20);
            }

            var put = await RateAsync(server, "PutRecords", connection => PutAsync(client, Body(connection)));
            var get = await RateAsync(server, "GetRecords", connection => GetAsync(client, connection % Shards));
            return (put, get);
        }
    }

    // The least over several connections that run for a while: records a second.
    private static async Task<double> RateAsync(KinesisServer server, string what, Func<int, Func<Task<int>>> connect)
    {
        await RunAsync(connect, _warmUp);
        var (cpu, watch) = (server.Cpu, Stopwatch.StartNew());
        var records = await RunAsync(connect, _measured);
        var (seconds, busy) = (watch.Elapsed.TotalSeconds, (server.Cpu - cpu).TotalSeconds);
        Print(
            $"{server.Name,-22} {what,-10} {records / seconds,10:N0} records/s  {busy / records * 1e6,6:F2} us CPU a record  peak {server.PeakMiB} MiB");
        return records / seconds;
    }

    private static async Task<double> RunAsync(Func<int, Func<Task<int>>> connect, TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(async () =>
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
        return answer.AsSpan().IndexOf("\"FailedRecordCount\":0"u8) >= 0
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
        var name = "\"NextShardIterator\":\""u8;
        var start = answer.AsSpan().LastIndexOf(name) + name.Length;
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
