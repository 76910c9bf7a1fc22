using FsCheck;
using FsCheck.Fluent;

namespace KinesisPatterns.StateFun.Tests;

/// <summary>Random batches for a function that does a bit of everything.</summary>
internal static class RandomCommands
{
    public static readonly ValueSpec<int> Count = new("count", Types.Int);
    public static readonly ValueSpec<string> Trail = new("trail", Types.String, Expiration.AfterWrite(TimeSpan.FromHours(1)));
    public static readonly ValueSpec<List<int>> Numbers = new("numbers", Types.Custom<List<int>>(
        TypeName.Parse("com.example/numbers"),
        bytes => [.. bytes.ToArray().Select(b => (int)b)],
        (list, output) => System.Buffers.BuffersExtensions.Write(output, [.. list.Select(n => (byte)n)])));

    public static readonly FunctionSpec Spec = new(TypeName.Parse("com.example/random"), Count, Trail, Numbers);

    private static readonly TypeName Out = TypeName.Parse("com.example/out");

    public static Arbitrary<byte[]> Batches => Gen.Choose(0, 9).Select(n => (byte)n).ArrayOf().ToArbitrary();

    public static async ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation)
    {
        var command = message.As(Types.Int);
        switch (command)
        {
            case 0:
                context.Set(Count, context.Get(Count) + 1);
                break;
            case 1:
                context.Remove(Count);
                break;
            case 2:
                context.Set(Trail, $"{context.Get(Trail)}.{context.Get(Count)}");
                break;
            case 3:
                var list = context.Get(Numbers) ?? [];
                context.Set(Numbers, list);
                list.Add(9);
                break;
            case 4:
                var numbers = context.Get(Numbers) ?? [];
                numbers.Add(context.Get(Count));
                context.Set(Numbers, numbers);
                break;
            case 5:
                context.Send(TypeName.Parse("com.example/sink").WithId($"{context.Get(Count)}"), Types.String, context.Get(Trail) ?? "none");
                break;
            case 6:
                context.SendAfter(TimeSpan.FromSeconds(context.Get(Count) & 7), context.Self, Types.Int, 0, $"token {context.Get(Count)}");
                break;
            case 7:
                context.CancelDelayed($"token {context.Get(Count)}");
                break;
            case 8:
                context.SendKinesis(Out, "stream", context.Self.Id, context.Get(Trail) ?? "");
                break;
            default:
                await Task.Yield();
                context.Remove(Trail);
                context.Set(Count, unchecked((context.Get(Count) * 2) + 1));
                break;
        }
    }
}
