namespace KinesisPatterns.StateFun.VerificationHost;

/// <summary>What SDKs are compared by: nothing, one state, and one state with a message and a record.</summary>
internal static class BenchFunctions
{
    private static readonly ValueSpec<int> Seen = new("seen", Types.Int);

    public static readonly FunctionSpec Noop = new(TypeName.Parse("bench/noop"));
    public static readonly FunctionSpec Counter = new(TypeName.Parse("bench/counter"), Seen);
    public static readonly FunctionSpec Pipeline = new(TypeName.Parse("bench/pipeline"), Seen);

    private static readonly TypeName Sink = TypeName.Parse("bench/sink");
    private static readonly TypeName Out = TypeName.Parse("bench/out");

    public static ValueTask DoNothingAsync(Context context, Message message, CancellationToken cancellation) => ValueTask.CompletedTask;

    public static ValueTask CountAsync(Context context, Message message, CancellationToken cancellation)
    {
        context.Set(Seen, context.Get(Seen) + 1);
        return ValueTask.CompletedTask;
    }

    public static ValueTask PassOnAsync(Context context, Message message, CancellationToken cancellation)
    {
        var argument = message.As(Types.String);
        var id = context.Self.Id;
        context.Set(Seen, context.Get(Seen) + 1);
        context.Send(Sink.WithId(id), Types.String, argument);
        context.SendKinesis(Out, "out-stream", id, argument);
        return ValueTask.CompletedTask;
    }
}
