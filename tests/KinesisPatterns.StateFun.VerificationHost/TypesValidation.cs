namespace KinesisPatterns.StateFun.VerificationHost;

/// <summary>Answers each of the built-in types with a value that only its right reading leads to.</summary>
internal static class TypesValidation
{
    public static readonly FunctionSpec Spec = new(TypeName.Parse("sdk.verification.functions/types-validation"));

    public static ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation)
    {
        if (message.TryGet(Types.Bool, out var flag))
        {
            context.Reply(Types.Bool, !flag);
        }
        else if (message.TryGet(Types.Int, out var number))
        {
            context.Reply(Types.Int, unchecked(number + 1));
        }
        else if (message.TryGet(Types.Float, out var single))
        {
            context.Reply(Types.Float, single * 3);
        }
        else if (message.TryGet(Types.Long, out var large))
        {
            context.Reply(Types.Long, unchecked(large * 9));
        }
        else if (message.TryGet(Types.Double, out var real))
        {
            context.Reply(Types.Double, real * 7);
        }
        else
        {
            context.Reply(Types.String, message.As(Types.String).ToLowerInvariant());
        }

        return ValueTask.CompletedTask;
    }
}
