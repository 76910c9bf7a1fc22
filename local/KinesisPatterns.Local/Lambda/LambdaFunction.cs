using System.Collections.Concurrent;
using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Local.Lambda;

/// <summary>A function with its environments: warm ones first, further ones on demand.</summary>
internal sealed class LambdaFunction(FunctionDefinition definition, LambdaOptions options, ProcessGuard guard)
    : IDisposable
{
    private readonly ConcurrentStack<ExecutionEnvironment> _idle = new();
    private readonly ConcurrentDictionary<string, ExecutionEnvironment> _all = new();
    private readonly SemaphoreSlim _room = new(options.MaximumEnvironments);
    private volatile bool _isDisposed;
    private int _running;
    private long _invocations;
    private long _errors;
    private long _throttles;
    private long _coldStarts;

    public FunctionDefinition Definition { get; } = definition;

    /// <summary>Invocations that reached the function.</summary>
    public long Invocations => Interlocked.Read(ref _invocations);

    /// <summary>Invocations that the function failed.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Invocations refused because the reserved concurrency was used up.</summary>
    public long Throttles => Interlocked.Read(ref _throttles);

    /// <summary>Environments that were started.</summary>
    public long ColdStarts => Interlocked.Read(ref _coldStarts);

    /// <summary>Environments that live.</summary>
    public int Environments => _all.Count;

    public ExecutionEnvironment? Find(string environment) => _all.GetValueOrDefault(environment);

    public async Task<InvocationResult> InvokeAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken, FaultDraw? fault = null)
    {
        try
        {
            if (Interlocked.Increment(ref _running) > Definition.ReservedConcurrency)
            {
                Interlocked.Increment(ref _throttles);
                return new() { Status = InvocationStatus.Throttled, RequestId = Guid.NewGuid().ToString() };
            }

            await _room.WaitAsync(cancellationToken);
            try
            {
                return await RunAsync(payload, fault, cancellationToken);
            }
            finally
            {
                _room.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var environment in _all.Values)
        {
            environment.Dispose();
        }

        _all.Clear();
    }

    private async Task<InvocationResult> RunAsync(
        ReadOnlyMemory<byte> payload, FaultDraw? fault, CancellationToken cancellationToken)
    {
        while (true)
        {
            var isWarm = TakeIdle(out var environment);
            environment ??= Start();
            try
            {
                if (await environment.InvokeAsync(payload, !isWarm, fault, cancellationToken) is { } result)
                {
                    Interlocked.Increment(ref _invocations);
                    Interlocked.Add(ref _errors, result.Status == InvocationStatus.FunctionError ? 1 : 0);
                    return result;
                }
            }
            finally
            {
                Return(environment);
            }
        }
    }

    private bool TakeIdle(out ExecutionEnvironment? environment)
    {
        while (_idle.TryPop(out environment))
        {
            if (environment.IsUsable)
            {
                return true;
            }

            Discard(environment);
        }

        return false;
    }

    private ExecutionEnvironment Start()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var environment = new ExecutionEnvironment(Guid.NewGuid().ToString("N"), Definition, options, guard);
        _all[environment.Id] = environment;
        environment.Start();
        Interlocked.Increment(ref _coldStarts);
        return environment;
    }

    private void Return(ExecutionEnvironment environment)
    {
        if (environment.IsUsable)
        {
            _idle.Push(environment);
        }
        else
        {
            Discard(environment);
        }
    }

    private void Discard(ExecutionEnvironment environment)
    {
        _all.TryRemove(environment.Id, out _);
        environment.Dispose();
    }
}
