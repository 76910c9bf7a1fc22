namespace KinesisPatterns.Local.Lambda;

/// <summary>A function as its template defines it, with the code where the cloud assembly keeps it.</summary>
internal sealed record FunctionDefinition
{
    /// <summary>The name within the account and region.</summary>
    public required string Name { get; init; }

    /// <summary>The ARN without a version.</summary>
    public required string Arn { get; init; }

    /// <summary>The execution role, which events carry as <c>invokeIdentityArn</c>.</summary>
    public string RoleArn { get; init; } = "";

    /// <summary>The folder of the code: <c>LAMBDA_TASK_ROOT</c> and the working directory.</summary>
    public required string CodeDirectory { get; init; }

    /// <summary>
    /// The assembly name of an executable; of no meaning to a custom runtime, which gets it as it is.
    /// </summary>
    public required string Handler { get; init; }

    /// <summary><c>dotnet10</c>, <c>dotnet8</c> or a custom runtime such as <c>provided.al2023</c>.</summary>
    public required string Runtime { get; init; }

    /// <summary>The function's own environment variables, credentials included.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How long one invocation may take: up to 900 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Memory in MiB; three quarters of it are the heap that .NET gets.</summary>
    public int MemoryMiB { get; init; } = 128;

    /// <summary>Most invocations at a time, more are throttled; null sets no such limit.</summary>
    public int? ReservedConcurrency { get; init; }
}
