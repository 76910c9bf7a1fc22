using System.Globalization;
using Google.Protobuf;
using KinesisPatterns.StateFun.VerificationHost.Smoke;

namespace KinesisPatterns.StateFun.VerificationHost;

/// <summary>The function under test of Stateful Functions' end-to-end smoke test.</summary>
internal static class SmokeFunction
{
    private static readonly ValueSpec<long> State = new("state", Types.Long);

    public static readonly FunctionSpec Spec = new(TypeName.Parse("statefun.smoke.e2e/command-interpreter-fn"), State);

    private static readonly StateFunType<SourceCommand> SourceCommand = Named("source-command", Smoke.SourceCommand.Parser);
    private static readonly StateFunType<Commands> Commands = Named("commands", Smoke.Commands.Parser);
    private static readonly StateFunType<VerificationResult> Result = Named("verification-result", VerificationResult.Parser);
    private static readonly TypeName DiscardSink = TypeName.Parse("statefun.smoke.e2e/discard-sink");
    private static readonly TypeName VerificationSink = TypeName.Parse("statefun.smoke.e2e/verification-sink");

    public static ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation)
    {
        var commands = message.TryGet(SourceCommand, out var source) ? source.Commands : message.As(Commands);
        foreach (var command in commands?.Command ?? [])
        {
            Interpret(context, command);
        }

        return ValueTask.CompletedTask;
    }

    private static void Interpret(Context context, Command command)
    {
        switch (command.CommandCase)
        {
            case Command.CommandOneofCase.Increment:
                context.Set(State, unchecked(context.Get(State) + 1));
                break;
            case Command.CommandOneofCase.Send:
                context.Send(Target(command.Send.Target), Commands, command.Send.Commands ?? new());
                break;
            case Command.CommandOneofCase.SendAfter:
                var after = command.SendAfter;
                context.SendAfter(
                    TimeSpan.FromMilliseconds(1), Target(after.Target), Commands, after.Commands ?? new(),
                    after.CancellationToken is "" ? null : after.CancellationToken);
                break;
            case Command.CommandOneofCase.CancelSendAfter:
                context.CancelDelayed(command.CancelSendAfter.CancellationToken);
                break;
            case Command.CommandOneofCase.SendEgress:
                context.SendEgress(DiscardSink, Types.String, "discarded-message");
                break;
            case Command.CommandOneofCase.Verify:
                context.SendEgress(VerificationSink, Result, new VerificationResult
                {
                    Id = int.Parse(context.Self.Id, CultureInfo.InvariantCulture),
                    Expected = command.Verify.Expected,
                    Actual = context.Get(State),
                });
                break;
            default:
                throw new InvalidOperationException($"{command.CommandCase} is not a command");
        }
    }

    private static Address Target(int id) => Spec.Type.WithId(id.ToString(CultureInfo.InvariantCulture));

    private static StateFunType<T> Named<T>(string name, MessageParser<T> parser)
        where T : IMessage<T> =>
        Types.Custom<T>(TypeName.Parse($"statefun.smoke.e2e/{name}"), parser.ParseFrom, (message, output) => message.WriteTo(output));
}
