namespace KinesisPatterns.Blueprints;

/// <summary>Which distribution of Stateful Functions runs.</summary>
public enum StatefulFunctionsKind
{
    /// <summary>Apache's last release.</summary>
    Apache,

    /// <summary>The fork for Flink 2.</summary>
    Fork,
}

/// <summary>Options for an <see cref="EventSourcingStack"/>.</summary>
public sealed class EventSourcingStackProps : StackProps
{
    private const int MostReadModels = 1_000;

    // What Stateful Functions keeps a message back for is not limited; a year is beyond what an order waits.
    private const int LongestWait = 31_536_000;

    /// <summary>
    /// The folder that holds the published functions, one folder each; null is where this repository publishes them.
    /// </summary>
    public string? Functions { get; init; }

    /// <summary>
    /// Whether the functions were compiled ahead of time (Native AOT), to run on <c>provided.al2023</c>: the first call of
    /// each function type holds up a subtask until it is answered.
    /// </summary>
    public bool NativeAot { get; init; }

    /// <summary>How long after an order was placed its payment is reminded of.</summary>
    public Duration PaymentReminder { get; init; } = Duration.Days(1);

    /// <summary>How long after that reminder an order that is not paid is cancelled.</summary>
    public Duration PaymentCancellation { get; init; } = Duration.Days(2);

    /// <summary>Which distribution of Stateful Functions runs.</summary>
    public StatefulFunctionsKind Runtime { get; init; }

    /// <summary>The tasks that hold state and call functions: 1 to 128.</summary>
    public int TaskManagers { get; init; } = 2;

    /// <summary>How many calls of functions may run at a time, reserved of the account's concurrency.</summary>
    public int Concurrency { get; init; } = 96;

    /// <summary>
    /// Which table is the read model: the first (1), or the one that the first rebuild has filled (2), and so on. Raise it when
    /// a rebuild has switched; the table before stays in the account and leaves the stack.
    /// </summary>
    public int ReadModel { get; init; } = 1;

    /// <summary>
    /// Whether the stack has the next table, and the state machine that rebuilds the read model in it while this one is used.
    /// </summary>
    public bool RebuildReadModel { get; init; }

    /// <summary>Who is told of alarms by mail; null subscribes nobody to the topic.</summary>
    public string? AlarmEmail { get; init; }

    /// <summary>Takes from the CDK context (<c>-c EventSourcing:taskManagers=4</c>) what it names.</summary>
    public static EventSourcingStackProps From(Node node)
    {
        var context = new Context(node, "EventSourcing");
        var defaults = new EventSourcingStackProps();
        return new()
        {
            NativeAot = context.Flag("nativeAot"),
            PaymentReminder = context.Whole("paymentReminderSeconds", 1, LongestWait) is { } reminder
                ? Duration.Seconds(reminder)
                : defaults.PaymentReminder,
            PaymentCancellation = context.Whole("paymentCancellationSeconds", 1, LongestWait) is { } cancellation
                ? Duration.Seconds(cancellation)
                : defaults.PaymentCancellation,
            Runtime = context.OneOf("runtime", defaults.Runtime),
            TaskManagers = context.Whole("taskManagers", 1, 128) ?? defaults.TaskManagers,
            Concurrency = context.Whole("concurrency", 1, 100_000) ?? defaults.Concurrency,
            ReadModel = context.Whole("readModel", 1, MostReadModels) ?? defaults.ReadModel,
            RebuildReadModel = context.Flag("rebuildReadModel"),
            AlarmEmail = context.Email("alarmEmail"),
        };
    }
}
