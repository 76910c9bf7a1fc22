using System.Text.Json;

namespace KinesisPatterns.StateFun.VerificationHost;

/// <summary>Does what a message says, one capability of the SDK a word.</summary>
internal static class CommandInterpreter
{
    private static readonly ValueSpec<int> StateA = new("state_a", Types.Int);
    private static readonly ValueSpec<bool> StateB = new("state_b", Types.Bool, Expiration.AfterWrite(TimeSpan.FromMilliseconds(86_400_000)));
    private static readonly ValueSpec<string> StateC = new("state_c", Types.String, Expiration.AfterCall(TimeSpan.FromMilliseconds(300_000)));

    public static readonly FunctionSpec Spec = new(
        TypeName.Parse("sdk.verification.functions/command-interpreter"), StateA, StateB, StateC);

    private const string Payload = "hello world!";
    private const string Token = "tok-1";

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100_000);
    private static readonly Address Target = TypeName.Parse("target.namespace/target.function").WithId("target.id");
    private static readonly TypeName Kafka = TypeName.Parse("target.namespace/target.kafka");
    private static readonly TypeName Kinesis = TypeName.Parse("target.namespace/target.kinesis");

    public static async ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation)
    {
        switch (message.As(Types.String))
        {
            case "noop":
                break;
            case "send-self":
                context.Send(context.Self, Types.String, Payload);
                break;
            case "send-target":
                context.Send(Target, Types.String, Payload);
                break;
            case "send-after":
                context.SendAfter(Delay, Target, Types.String, Payload);
                break;
            case "send-after-token":
                context.SendAfter(Delay, Target, Types.String, Payload, Token);
                break;
            case "cancel":
                context.CancelDelayed(Token);
                break;
            case "kafka":
                context.SendKafka(Kafka, "target.topic", "my-key", Types.Int, 1108);
                break;
            case "kinesis":
                context.SendKinesis(Kinesis, "target.stream", "my-key", Types.String, Payload, explicitHashKey: "17");
                break;
            case "inc-a":
                context.Set(StateA, unchecked(context.Get(StateA) + 1));
                break;
            case "toggle-b":
                context.Set(StateB, !context.Get(StateB));
                break;
            case "clear-c":
                context.Remove(StateC);
                break;
            case "set-c-empty":
                context.Set(StateC, "");
                break;
            case "report":
                context.Reply(Types.String, Report(context));
                break;
            case "delay-await":
                await Task.Delay(1, cancellation);
                context.Set(StateA, unchecked((context.Get(StateA) * 2) + 1));
                break;
            case "throw":
                context.Set(StateA, 99);
                throw new InvalidOperationException("told to throw");
            case var other:
                throw new InvalidOperationException($"'{other}' is not a command");
        }
    }

    private static string Report(Context context)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartArray();
            Write(writer, context.TryGet(StateA, out var a), () => writer.WriteNumberValue(a));
            Write(writer, context.TryGet(StateB, out var b), () => writer.WriteBooleanValue(b));
            Write(writer, context.TryGet(StateC, out var c), () => writer.WriteStringValue(c));
            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length);
    }

    private static void Write(Utf8JsonWriter writer, bool isThere, Action value)
    {
        if (isThere)
        {
            value();
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
