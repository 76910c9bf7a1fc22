namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="StatefulFunctionsCluster"/>.</summary>
public sealed record StatefulFunctionsClusterProps
{
    /// <summary>Where it runs.</summary>
    public required StatefulFunctionsNetwork Network { get; init; }

    /// <summary>The functions it calls, each group of another namespace.</summary>
    public required IReadOnlyList<RemoteFunctions> Functions { get; init; }

    /// <summary>The distribution of Stateful Functions, whose image a parameter of the stack can pin.</summary>
    public StatefulFunctionsRuntime Runtime { get; init; } = StatefulFunctionsRuntime.Apache;

    /// <summary>The tasks that hold state and call functions: 1 to 128.</summary>
    public int TaskManagers { get; init; } = 2;

    /// <summary>The parallel subtasks in each of them: 1 to 16. All slots together are the parallelism, 128 at most.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>The size of one task manager.</summary>
    public TaskSize TaskManagerSize { get; init; } = new(1_024, Size.Gibibytes(4));

    /// <summary>The size of the job manager.</summary>
    public TaskSize JobManagerSize { get; init; } = new(1_024, Size.Gibibytes(2));

    /// <summary>
    /// How often state is saved, every 10 minutes or more often: what comes after the last checkpoint is done again when
    /// the cluster recovers.
    /// </summary>
    public FlinkCheckpoints Checkpoints { get; init; } = new();

    /// <summary>How long its logs are kept.</summary>
    public RetentionDays LogRetention { get; init; } = RetentionDays.ONE_YEAR;

    internal int Parallelism => TaskManagers * Slots;

    internal void EnsureValid(IConstruct at)
    {
        Ensure.InRange(at, TaskManagers, 1, StatefulFunctionsConfiguration.MaximumParallelism);
        Ensure.InRange(at, Slots, 1, 16);
        Ensure.That(
            Parallelism <= StatefulFunctionsConfiguration.MaximumParallelism,
            at,
            $"{StatefulFunctionsConfiguration.MaximumParallelism} slots at most",
            $"{Parallelism}");
        Ensure.InRange(at, Checkpoints.Interval, Duration.Seconds(1), Duration.Minutes(10));
        Ensure.InRange(at, Checkpoints.MinimumPause, Duration.Seconds(0), Duration.Minutes(10));
        TaskManagerSize.EnsureValid(at);
        JobManagerSize.EnsureValid(at);
        Ensure.That(Functions.Count > 0, at, "Functions to call", "none");
        foreach (var functions in Functions)
        {
            Ensure.That(
                functions.Network == Network,
                at,
                $"the network of {functions.Node.Path}, whose API answers nobody else",
                Network.Node.Path);
            var endpoint = functions.Endpoint(Parallelism);
            Ensure.That(
                endpoint.PoolSize > 0,
                at,
                $"Concurrency of at least {Parallelism * endpoint.Names.Count} of {functions.Node.Path} "
                    + $"({Parallelism} slots and {endpoint.Names.Count} names)",
                $"{functions.Concurrency}");
        }

        var namespaces = Functions.Select(one => one.Endpoint(Parallelism).Namespace).ToArray();
        Ensure.That(
            namespaces.Distinct().Count() == namespaces.Length, at, "each namespace once", string.Join(", ", namespaces));
    }
}
