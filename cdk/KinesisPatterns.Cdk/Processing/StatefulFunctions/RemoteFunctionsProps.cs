namespace KinesisPatterns.Cdk;

/// <summary>Options for <see cref="RemoteFunctions"/>.</summary>
public sealed record RemoteFunctionsProps
{
    /// <summary>The published function, which answers for all names; its time-out is 1 to 28 seconds.</summary>
    public required PublishedFunctionProps Function { get; init; }

    /// <summary>The namespace of the function types it serves, such as <c>orders</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>The names of the function types, without the namespace.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The network of the cluster that calls it.</summary>
    public required StatefulFunctionsNetwork Network { get; init; }

    /// <summary>
    /// How many calls may run at a time, which is reserved of the account's concurrency: at least one for each name in each
    /// of the cluster's slots.
    /// </summary>
    public int Concurrency { get; init; } = 100;

    /// <summary>
    /// The largest message to a function, with the addresses and the type's name that go with it, or what it answers to one
    /// message if that is more. It decides how many messages one request has.
    /// </summary>
    public Size MessageSize { get; init; } = Size.Kibibytes(40);

    /// <summary>The most state that one address has, all its values together.</summary>
    public Size StateSize { get; init; } = Size.Kibibytes(512);

    /// <summary>How long a call is tried again before the job restarts: 2 minutes to 1 hour.</summary>
    public Duration Call { get; init; } = Duration.Minutes(2);

    internal int MaximumBatch => RemoteCalls.Batch(MessageSize.ToBytes(), StateSize.ToBytes());

    internal void EnsureValid(IConstruct at)
    {
        Ensure.InRange(at, Function.Timeout, Duration.Seconds(1), Duration.Seconds(RemoteCalls.ApiSeconds - 1));
        Ensure.InRange(at, Call, Duration.Minutes(2), Duration.Hours(1));
        Ensure.InRange(at, MessageSize, Size.Kibibytes(1), Size.Kibibytes(4_000));
        Ensure.InRange(at, Concurrency, 1, 100_000);
        Ensure.That(Names.Count > 0, at, "Names of function types", "none");
        Ensure.That(Names.Distinct().Count() == Names.Count, at, "each of Names once", string.Join(", ", Names));
        foreach (var part in (IEnumerable<string>)[Namespace, .. Names])
        {
            Ensure.That(TypeNames.IsPart(part), at, $"a namespace and names of {TypeNames.Part}", $"'{part}'");
        }

        Ensure.That(MaximumBatch > 0, at, "a message and its state to fit into 4.4 MB", Sizes());
    }

    private string Sizes() => $"{MessageSize.ToKibibytes()} KiB and {StateSize.ToKibibytes()} KiB";
}
