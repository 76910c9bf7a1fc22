using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Local;

/// <summary>Options for a <see cref="LocalHost"/>.</summary>
public sealed record LocalHostOptions
{
    /// <summary>The folder that <c>cdk synth</c> wrote.</summary>
    public required string AssemblyDirectory { get; init; }

    /// <summary>The stack to run; null takes the only one there is.</summary>
    public string? Stack { get; init; }

    /// <summary>The port of the one endpoint that serves all services; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The port of the live page; 0 takes a free one.</summary>
    public int PagePort { get; init; }

    /// <summary>The folder that buckets are kept in; null makes a temporary one, removed with the host.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// The folder for what outlives the host: streams, how far their readers are, tables, buckets, secrets and series. A host
    /// that is started on it goes on where the last one stopped, however it ended. Null keeps nothing.
    /// </summary>
    public string? StateDirectory { get; init; }

    /// <summary>What goes wrong on purpose: a seed, and after a colon the name of a profile; null when nothing does.</summary>
    public string? Faults { get; init; }

    /// <summary>A plan that began before this host did; null makes one of <see cref="Faults"/>.</summary>
    internal FaultPlan? FaultPlan { get; init; }

    /// <summary>Whether streams refuse what is above their throughput, as on AWS.</summary>
    public bool EnforceQuotas { get; init; } = true;

    /// <summary>Whether operations of Kinesis that move no records may be called only as often as on AWS.</summary>
    public bool EnforceCallRates { get; init; }

    /// <summary>
    /// How long a stream takes that a call of the API creates, changes or deletes, as on AWS; streams of the stack are there at once.
    /// </summary>
    public TimeSpan StreamTransition { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether every call is held to the policies of the stack, as on AWS.</summary>
    public bool EnforcePermissions { get; init; } = true;

    /// <summary>The region the stack believes it is in.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Takes every line that a function writes: the function's name and the line.</summary>
    public Action<string, string>? FunctionOutput { get; init; }
}
