using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Ledger;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Simulation;

/// <summary>What became of a case.</summary>
/// <param name="Report">What the ledger says.</param>
/// <param name="Problems">What else was found.</param>
/// <param name="Faults">Faults by kind.</param>
internal sealed record SimulationResult(LedgerReport Report, IReadOnlyList<string> Problems, IReadOnlyDictionary<string, long> Faults)
{
    public bool IsClean => Report.IsClean && Problems.Count == 0;

    public IEnumerable<string> Findings => Report.Findings.Select(f => f.ToString()).Concat(Problems);
}

/// <summary>
/// Runs a case: the real streams and event source mappings, with functions and destinations that are played, on one thread
/// and in virtual time. The same case takes the same course every time.
/// </summary>
internal sealed class SimulationRun : IDisposable
{
    private const string StreamName = "orders";
    private static readonly TimeSpan Patience = TimeSpan.FromHours(2);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    private readonly SimulationCase _case;
    private readonly VirtualTime _time;
    private readonly SkewedTime _skewed;
    private readonly FaultPlan _plan;
    private readonly RecordLedger _ledger = new(kept: int.MaxValue);
    private readonly LedgerObserver _observer;
    private readonly SimulatedTable _table;
    private readonly SimulatedDestination _destination;
    private readonly Dictionary<string, int> _records = new(StringComparer.Ordinal);
    private readonly string? _folder;
    private readonly List<EventSourceMapping> _mappings = [];
    private HostState? _state;
    private KinesisService? _kinesis;
    private int _reshards;

    private SimulationRun(SimulationCase @case, VirtualTime time)
    {
        (_case, _time, _skewed) = (@case, time, new(time));
        _plan = new(@case.Seed, new("simulation", "", @case.Faults));
        _observer = new(_ledger);
        _table = new(_plan, time);
        _destination = new(_plan, _observer, number => DataOf(_records[number]));
        _folder = @case.KeepsState && @case.Events.Any(e => e.Kind == FaultKind.Restart)
            ? Directory.CreateTempSubdirectory("kinesis-patterns-simulation-").FullName
            : null;
    }

    private KinesisStream Stream => _kinesis!.TryGet(StreamName)!;

    /// <summary>Runs a case to its end.</summary>
    public static SimulationResult Run(SimulationCase @case)
    {
        var loop = new VirtualLoop();
        using var run = new SimulationRun(@case, loop.Time);
        loop.Run(run.RunAsync);
        return new(run.Check(), run._destination.Problems, run._plan.Counts);
    }

    public void Dispose()
    {
        _state?.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task RunAsync()
    {
        Start();
        var started = _time.GetUtcNow();
        var waiting = new PriorityQueue<List<int>, (long At, int Order)>();
        var order = 0;
        foreach (var puts in _case.Puts.Index().GroupBy(p => p.Item.At))
        {
            // Few enough for the 10 MiB of a call, whatever their size.
            foreach (var call in puts.Select(p => p.Index).Chunk(puts.Any(p => p.Item.Size > 1000) ? 3 : PutRecordsRequest.MostRecords))
            {
                waiting.Enqueue([.. call], (puts.Key, order++));
            }
        }

        var events = new Queue<SimulatedEvent>(_case.Events.OrderBy(e => e.At));
        while (waiting.Count > 0 || events.Count > 0)
        {
            var at = waiting.TryPeek(out _, out var first) ? first.At : long.MaxValue;
            var isEvent = events.TryPeek(out var next) && next.At <= at;
            var due = started.AddMilliseconds(isEvent ? next!.At : at);
            if (due > _time.GetUtcNow())
            {
                await Task.Delay(due - _time.GetUtcNow(), _time);
            }

            if (isEvent)
            {
                await HappenAsync(events.Dequeue());
            }
            else if (Put(waiting.Dequeue()) is { Count: > 0 } refused)
            {
                waiting.Enqueue(refused, ((long)(_time.GetUtcNow() + Again - started).TotalMilliseconds, order++));
            }
        }

        using var limit = new CancellationTokenSource();
        var idle = Task.WhenAll(_mappings.Select(m => m.WaitUntilIdleAsync(limit.Token)));
        await Task.WhenAny(idle, Task.Delay(Patience, _time, limit.Token));
        limit.Cancel();
        await StopAsync();
    }

    private LedgerReport Check() => _ledger.Check(new()
    {
        EffectsOf = (entry, reader) =>
        {
            var record = _records[entry.SequenceNumber];
            return _table.EffectsOf(reader, record, _case.Puts[record].Parts);
        },
        MayFail = (entry, reader) => !SparesTheGood(reader) || _case.Puts[_records[entry.SequenceNumber]].IsPoison,
    });

    // Where nothing but poison goes wrong, nothing else has to be given up.
    private bool SparesTheGood(string function) => _case.SparesTheGood
        ?? (_case.Faults.Count == 0 && _case.Events.All(e => e.Kind == FaultKind.Reshard)
            && _case.Mappings.First(m => m.Function == function) is { Bisects: true, Reports: false, MaximumAge: -1 });

    private void Start()
    {
        _state = _folder is null ? null : HostState.Open(_folder, flushes: false);
        _kinesis = new(new() { Time = _skewed, EnforceQuotas = _case.EnforcesQuotas, Store = _state?.Streams, Observer = _observer });
        if (_kinesis.TryGet(StreamName) is null)
        {
            _kinesis.CreateStream(StreamName, new() { Shards = _case.Shards });
        }

        var functions = new DuplicatingInvoker(new SimulatedFunction(_case, _plan, _table, _time, _records), _plan);
        foreach (var mapping in _case.Mappings)
        {
            _mappings.Add(EventSourceMapping.Create(Settings(mapping), Definition(mapping), functions, new()
            {
                Kinesis = _kinesis,
                Time = _skewed,
                Destination = _destination,
                Observer = _observer,
                Store = _state?.Mappings,
            }));
            _mappings[^1].Start();
        }
    }

    private async Task StopAsync()
    {
        foreach (var mapping in _mappings)
        {
            await mapping.DisposeAsync();
        }

        _mappings.Clear();
        await _kinesis!.DisposeAsync();
        _state?.Dispose();
    }

    private async Task HappenAsync(SimulatedEvent happening)
    {
        switch (happening.Kind)
        {
            case FaultKind.Restart:
                await StopAsync();
                Start();
                break;
            case FaultKind.ClockSkew:
                _skewed.Skew = TimeSpan.FromMilliseconds(happening.Value);
                break;
            default:
                StreamFaults.Reshard(Stream, new(FaultKind.Reshard, FaultPlan.Mix((ulong)happening.Value) + (ulong)_reshards++));
                break;
        }
    }

    // Over the wire format of the API, so that its own code says which records were taken.
    private List<int> Put(List<int> numbers)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            StreamName,
            Records = numbers.Select(n => new { Data = DataOf(n), PartitionKey = KeyOf(n) }),
        });
        using var request = PutRecordsRequest.Read(body, isCbor: false);
        PutRules.Check(request);
        using var answer = new PooledBuffer();
        WriteOperations.PutRecords(Stream, request, answer);
        using var json = JsonDocument.Parse(answer.Written);
        var refused = new List<int>();
        foreach (var (index, result) in json.RootElement.GetProperty("Records").EnumerateArray().Index())
        {
            if (result.TryGetProperty("SequenceNumber", out var number))
            {
                _records[number.GetString()!] = numbers[index];
            }
            else
            {
                refused.Add(numbers[index]);
            }
        }

        return refused;
    }

    private string KeyOf(int number) => $"key-{_case.Puts[number].Key}";

    private byte[] DataOf(int number)
    {
        var put = _case.Puts[number];
        var padding = new string('x', put.Size);
        return put.IsPoison ? Encoding.UTF8.GetBytes($"poison {number}{padding}")
            : put.Parts == 1 ? JsonSerializer.SerializeToUtf8Bytes(new { number, wanted = put.IsWanted, padding })
            : KplAggregate.Of(KeyOf(number), Enumerable.Range(0, put.Parts).Select(
                part => (ReadOnlyMemory<byte>)JsonSerializer.SerializeToUtf8Bytes(new { number, part, padding })));
    }

    private MappingSettings Settings(SimulatedMapping mapping) => new()
    {
        EventSourceArn = Stream.Arn,
        FunctionName = mapping.Function,
        BatchSize = mapping.BatchSize,
        MaximumBatchingWindowInSeconds = mapping.Window,
        ParallelizationFactor = mapping.Factor,
        BisectBatchOnFunctionError = mapping.Bisects,
        MaximumRetryAttempts = mapping.Retries,
        MaximumRecordAgeInSeconds = mapping.MaximumAge,
        ReportBatchItemFailures = mapping.Reports,
        TumblingWindowInSeconds = mapping.Tumbling,
        Filters = mapping.Filters ? ["""{"data":{"wanted":[true]}}"""] : [],
        OnFailureDestinationArn = mapping.HasDestination ? SimulatedDestination.Arn : null,
    };

    private static FunctionDefinition Definition(SimulatedMapping mapping) => new()
    {
        Name = mapping.Function,
        Arn = $"arn:aws:lambda:us-east-1:000000000000:function:{mapping.Function}",
        CodeDirectory = ".",
        Handler = mapping.Function,
        Runtime = "dotnet10",
    };
}
