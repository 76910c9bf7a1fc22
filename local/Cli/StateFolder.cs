using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Cli;

/// <summary>The folder that a run keeps its state in: the one that was named, or one of its own where restarts need one.</summary>
internal sealed class StateFolder(string? named, FaultPlan? plan) : IDisposable
{
    public string? Path { get; } = named
        ?? (plan?.Profile.RateOf(FaultKind.Restart) > 0 ? Directory.CreateTempSubdirectory("kinesis-patterns-state-").FullName : null);

    public void Dispose()
    {
        if (named is null && Path is not null)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
