using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Local.Lambda;

/// <summary>A process of a function; it handles one invocation at a time and is kept for the next one.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html</remarks>
internal sealed class ExecutionEnvironment : IDisposable
{
    private readonly FunctionDefinition _function;
    private readonly LambdaOptions _options;
    private readonly ProcessGuard _guard;
    private readonly Process _process;
    private readonly LogRing _log = new();
    private readonly Channel<Invocation> _invocations = Channel.CreateUnbounded<Invocation>();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Invocation? _current;
    private ReadOnlyMemory<byte>? _initError;

    public ExecutionEnvironment(string id, FunctionDefinition function, LambdaOptions options, ProcessGuard guard)
    {
        (Id, _function, _options, _guard) = (id, function, options, guard);
        _process = new Process
        {
            StartInfo = FunctionProcess.Describe(
                function, options.Kinesis.Options.Region, $"{options.Endpoint()}/_runtime/{id}", id),
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += OnLine;
        _process.ErrorDataReceived += OnLine;
        _process.Exited += (_, _) => OnExit();
    }

    /// <summary>Starts the process, once the runtime API can find the environment.</summary>
    public void Start()
    {
        _guard.Start(_process);
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What the runtime API's address names.</summary>
    public string Id { get; }

    public string FunctionArn => _function.Arn;

    /// <summary>Whether it can take another invocation.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <summary>Runs an invocation to its end; null when the process was gone before it took it.</summary>
    public async Task<InvocationResult?> InvokeAsync(
        ReadOnlyMemory<byte> payload, bool isCold, FaultDraw? fault, CancellationToken cancellationToken)
    {
        var invocation = new Invocation(payload, fault);
        _log.Clear();
        Note($"START RequestId: {invocation.RequestId} Version: $LATEST");
        var late = await StartedAsync(cancellationToken);
        if (_initError is { } initError)
        {
            IsUsable = false;
            return End(invocation, initError, InvocationStatus.FunctionError, TimeSpan.Zero, isCold);
        }

        var started = _options.Time.GetTimestamp();
        invocation.Deadline = _options.Time.GetUtcNow() + _function.Timeout - late;
        _current = invocation;
        _invocations.Writer.TryWrite(invocation);
        var limit = ProcessFaults.LimitOf(fault, _function.Timeout);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = Task.Delay(limit > late ? limit - late : TimeSpan.Zero, _options.Time, over.Token);
        var first = await Task.WhenAny(invocation.Answered, _exited.Task, timeout);
        await over.CancelAsync();
        _current = null;
        var duration = _options.Time.GetElapsedTime(started);
        if (invocation.Answered.IsCompleted)
        {
            var answer = await invocation.Answered;
            var status = answer.IsError ? InvocationStatus.FunctionError : InvocationStatus.Succeeded;
            return End(invocation, answer.Payload, status, duration, isCold);
        }

        IsUsable = false;
        cancellationToken.ThrowIfCancellationRequested();
        if (first == timeout)
        {
            return End(invocation, TimedOut(invocation, limit), InvocationStatus.FunctionError, duration, isCold);
        }

        return invocation.IsTaken || isCold
            ? End(invocation, Exited(invocation, await _exited.Task), InvocationStatus.FunctionError, duration, isCold)
            : null;
    }

    /// <summary>The runtime asks for its next event: waits until there is one.</summary>
    public async Task<Invocation> NextAsync(CancellationToken cancellationToken)
    {
        _ready.TrySetResult();
        var invocation = await _invocations.Reader.ReadAsync(cancellationToken);
        invocation.IsTaken = true;
        if (invocation.Fault is { } fault)
        {
            ProcessFaults.Strike(_process, fault, _options.Time);
        }

        return invocation;
    }

    /// <summary>Ends the process with its answer on its lips, when that is what goes wrong; true when it did.</summary>
    public bool IsOutOfMemory(Invocation invocation)
    {
        if (invocation.Fault is not { Kind: FaultKind.OutOfMemory })
        {
            return false;
        }

        ProcessGuard.Kill(_process);
        return true;
    }

    /// <summary>The invocation of an id, while it runs.</summary>
    public Invocation? Running(string requestId) =>
        _current is { } current && current.RequestId == requestId ? current : null;

    /// <summary>The runtime could not start its function.</summary>
    public void FailInit(ReadOnlyMemory<byte> error)
    {
        _initError = error;
        _ready.TrySetResult();
    }

    public void Dispose()
    {
        IsUsable = false;
        ProcessGuard.Kill(_process);
        _guard.Remove(_process);
    }

    // What the start takes above its own limit counts against the time-out.
    private async Task<TimeSpan> StartedAsync(CancellationToken cancellationToken)
    {
        if (_ready.Task.IsCompleted)
        {
            return TimeSpan.Zero;
        }

        var limit = Task.Delay(_options.InitLimit, _options.Time, cancellationToken);
        if (await Task.WhenAny(_ready.Task, _exited.Task, limit) != limit)
        {
            return TimeSpan.Zero;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var began = _options.Time.GetTimestamp();
        var timeout = Task.Delay(_function.Timeout, _options.Time, cancellationToken);
        await Task.WhenAny(_ready.Task, _exited.Task, timeout);
        var late = _options.Time.GetElapsedTime(began);
        return late < _function.Timeout ? late : _function.Timeout;
    }

    private InvocationResult End(
        Invocation invocation, ReadOnlyMemory<byte> payload, InvocationStatus status, TimeSpan duration, bool isCold)
    {
        Note($"END RequestId: {invocation.RequestId}");
        Note(string.Create(CultureInfo.InvariantCulture,
            $"REPORT RequestId: {invocation.RequestId}\tDuration: {duration.TotalMilliseconds:F2} ms\t")
            + $"Memory Size: {_function.MemoryMiB} MB");
        return new()
        {
            Status = status,
            RequestId = invocation.RequestId,
            Payload = payload,
            FunctionError = status == InvocationStatus.FunctionError ? "Unhandled" : null,
            LogTail = _log.ToString(),
            Duration = duration,
            IsCold = isCold,
        };
    }

    private byte[] TimedOut(Invocation invocation, TimeSpan limit) => ErrorBody.Of(null, string.Create(CultureInfo.InvariantCulture,
        $"{_options.Time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {invocation.RequestId} "
        + $"Task timed out after {limit.TotalSeconds:F2} seconds"));

    private static byte[] Exited(Invocation invocation, string reason) =>
        ErrorBody.Of("Runtime.ExitError", $"RequestId: {invocation.RequestId} Error: Runtime exited{reason}");

    private void OnExit()
    {
        IsUsable = false;
        _guard.Remove(_process);
        var code = _process.ExitCode;
        _exited.TrySetResult(code switch
        {
            0 => " without providing a reason",
            > 128 => string.Create(CultureInfo.InvariantCulture, $" with error: signal: {code - 128}"),
            _ => string.Create(CultureInfo.InvariantCulture, $" with error: exit status {code}"),
        });
        _ = ReleaseAsync();
    }

    // What the process wrote last is read before its pipes are closed; what it started may hold them open.
    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            Note(text);
        }
    }

    private void Note(string line)
    {
        _log.Add(line);
        _options.OnFunctionLog?.Invoke(_function.Name, Id, line);
    }
}
