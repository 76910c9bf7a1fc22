namespace KinesisPatterns.Local.Lambda;

/// <summary>How an invocation ended.</summary>
internal enum InvocationStatus
{
    /// <summary>The function answered.</summary>
    Succeeded,

    /// <summary>The function threw, timed out, crashed or could not start.</summary>
    FunctionError,

    /// <summary>The reserved concurrency is used up; the function was not reached.</summary>
    Throttled,

    /// <summary>The service could not invoke the function; the function was not reached.</summary>
    ServiceError,
}

/// <summary>The end of an invocation.</summary>
internal sealed record InvocationResult
{
    /// <summary>How it ended.</summary>
    public required InvocationStatus Status { get; init; }

    /// <summary>The id that logs and failure documents name.</summary>
    public required string RequestId { get; init; }

    /// <summary>What the function answered, or the error as JSON.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary><c>Unhandled</c> when the function failed; else null.</summary>
    public string? FunctionError { get; init; }

    /// <summary>The last 4 KiB that the function wrote during the invocation.</summary>
    public string LogTail { get; init; } = "";

    /// <summary>How long the function worked, without the start of its environment.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether an environment was started for it.</summary>
    public bool IsCold { get; init; }
}

/// <summary>Invokes functions: the Lambda service, or a test.</summary>
internal interface IFunctionInvoker
{
    /// <summary>Invokes a function and waits for its end.</summary>
    Task<InvocationResult> InvokeAsync(
        string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}
