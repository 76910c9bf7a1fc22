namespace KinesisPatterns.Cli;

/// <summary>What the command line of <c>run</c> says.</summary>
internal sealed record RunOptions
{
    public required string Blueprint { get; init; }

    /// <summary>Records per second; null is what is usual for the blueprint.</summary>
    public double? Rate { get; init; }

    /// <summary>Whether to feed as fast as the stream takes records.</summary>
    public bool AsFastAsPossible => double.IsPositiveInfinity(Rate ?? 0);

    public TimeSpan? For { get; init; }

    /// <summary>How long records may still be on their way after the feed has ended.</summary>
    public required TimeSpan Drain { get; init; }

    public string? Input { get; init; }

    public string? Assembly { get; init; }

    public required int Port { get; init; }

    public required int PagePort { get; init; }

    public string? OutputsFile { get; init; }

    public string? Data { get; init; }

    /// <summary>The folder for what outlives the run.</summary>
    public string? State { get; init; }

    /// <summary>What goes wrong on purpose: SEED or SEED:PROFILE.</summary>
    public string? Faults { get; init; }

    public bool Json { get; init; }

    public bool NoQuotas { get; init; }

    public bool NoPermissions { get; init; }

    public bool Permissions { get; init; }

    public bool Logs { get; init; }

    public required int Seed { get; init; }

    public required int Devices { get; init; }

    public required double Faulty { get; init; }

    public required IReadOnlyDictionary<string, string> Context { get; init; }
}
