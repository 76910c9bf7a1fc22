using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using KinesisPatterns.Local.Tests.Conformance;
using KinesisPatterns.StateFun.Testing;
using KinesisPatterns.StateFun.Tests.Protocol;
using KinesisPatterns.StateFun.VerificationHost;
using KinesisPatterns.StateFun.VerificationHost.Smoke;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class VerificationTests
{
    private const string Interpreter = "sdk.verification.functions/command-interpreter";

    private static readonly StateFunType<Commands> CommandsType = Types.Custom<Commands>(
        TypeName.Parse("statefun.smoke.e2e/commands"), Commands.Parser.ParseFrom, (message, output) => message.WriteTo(output));

    private static readonly StateFunType<SourceCommand> SourceCommandType = Types.Custom<SourceCommand>(
        TypeName.Parse("statefun.smoke.e2e/source-command"), SourceCommand.Parser.ParseFrom, (message, output) => message.WriteTo(output));

    private readonly RequestReplyHandler _handler = new(VerificationFunctions.All());

    [Fact]
    public async Task Every_built_in_type_is_read_and_answered()
    {
        var result = await _handler.ResultAsync(To(
            "sdk.verification.functions/types-validation", "1",
            Value("io.statefun.types/bool", new BooleanWrapper()),
            Int(41),
            Value("io.statefun.types/float", new FloatWrapper { Value = 1.5f }),
            Value("io.statefun.types/long", new LongWrapper { Value = 1L << 33 }),
            Value("io.statefun.types/double", new DoubleWrapper { Value = 0.5 }),
            Text("HeLLo")));

        Assert.Equal(
            [
                Value("io.statefun.types/bool", new BooleanWrapper { Value = true }),
                Int(42),
                Value("io.statefun.types/float", new FloatWrapper { Value = 4.5f }),
                Value("io.statefun.types/long", new LongWrapper { Value = (1L << 33) * 9 }),
                Value("io.statefun.types/double", new DoubleWrapper { Value = 3.5 }),
                Text("hello"),
            ],
            result.OutgoingMessages.Select(m => m.Argument));
    }

    [Theory]
    [InlineData("inc-a,inc-a,report", "[2,null,null]")]
    [InlineData("toggle-b,report", "[null,true,null]")]
    [InlineData("toggle-b,toggle-b,report", "[null,false,null]")]
    [InlineData("set-c-empty,report", """[null,null,""]""")]
    [InlineData("set-c-empty,clear-c,report", "[null,null,null]")]
    [InlineData("inc-a,delay-await,inc-a,report", "[4,null,null]")]
    public async Task Commands_of_a_batch_share_their_state(string commands, string report)
    {
        var result = await _handler.ResultAsync(Interpret(commands.Split(',')));

        Assert.Equal(report, StringWrapper.Parser.ParseFrom(result.OutgoingMessages[^1].Argument.Value).Value);
        Assert.Equal(result.StateMutations.Count, result.StateMutations.Select(m => m.StateName).Distinct().Count());
    }

    [Fact]
    public async Task A_batch_that_throws_has_no_effects() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _handler.AnswerAsync(Interpret("inc-a", "throw")));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_command_trees_come_to_what_they_say_through_lost_answers_and_restarts(int seed)
    {
        var random = new Random(seed);
        var expected = new long[10];
        var runtime = new SimulatedRuntime(VerificationFunctions.All(), new() { LostReplies = 0.2, Seed = seed, MaximumBatch = 7, Attempts = 100 });
        for (var i = 0; i < 200; i++)
        {
            var target = random.Next(expected.Length);
            runtime.Send(Smoke(target), SourceCommandType, new() { Target = target, Commands = Tree(random, depth: 3, target, expected) });
            if (random.Next(20) == 0)
            {
                await runtime.AdvanceAsync(TimeSpan.FromMilliseconds(random.Next(3)), TestContext.Current.CancellationToken);
                runtime.Restart();
            }
        }

        await runtime.AdvanceAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        for (var target = 0; target < expected.Length; target++)
        {
            var verify = new Commands { Command = { new Command { Verify = new() { Expected = expected[target] } } } };
            runtime.Send(Smoke(target), CommandsType, verify);
        }

        await runtime.RunAsync(TestContext.Current.CancellationToken);
        var results = runtime.Egresses.Where(e => e.Egress.ToString() == "statefun.smoke.e2e/verification-sink")
            .Select(e => VerificationResult.Parser.ParseFrom(e.Argument.Bytes.Span)).ToList();

        Assert.Equal(expected.Length, results.Count);
        Assert.All(results, r => Assert.Equal(r.Expected, r.Actual));
        Assert.All(results, r => Assert.Equal(expected[r.Id], r.Actual));
    }

    [Fact]
    public Task The_host_serves_over_HTTP_at_the_port_it_is_given() => ServeAsync(async address =>
    {
        using var client = new HttpClient();

        var response = await client.PostAsync(
            address, new ByteArrayContent(To("bench/noop", "1", Text("a")).ToByteArray()), TestContext.Current.CancellationToken);

        Assert.Equal("A20600", Convert.ToHexString(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    });

    [Fact]
    public Task A_runtime_in_another_language_gets_what_its_command_trees_say() => ServeAsync(address => Client.RunNodeAsync(
        "statefun.mjs", address.ToString(), Beside("protocol.proto"), Beside("../KinesisPatterns.StateFun.VerificationHost/smoke.proto"), "7", "20"));

    private static async Task ServeAsync(Func<Uri, Task> use)
    {
        using var host = Process.Start(new ProcessStartInfo("dotnet", [typeof(VerificationFunctions).Assembly.Location, "--port", "0"]) { RedirectStandardOutput = true })!;
        try
        {
            await use(new((await host.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')[^1]));
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static string Beside(string file, [CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, file));

    private static ToFunction Interpret(params string[] commands) =>
        To(Interpreter, "1", [.. commands.Select(Text)]).With("state_a").With("state_b").With("state_c");

    private static Address Smoke(int id) =>
        TypeName.Parse("statefun.smoke.e2e/command-interpreter-fn").WithId(id.ToString(CultureInfo.InvariantCulture));

    // What a tree adds to each target; what is sent later and taken back in the same breath adds nothing.
    private static Commands Tree(Random random, int depth, int self, long[] expected)
    {
        var commands = new Commands();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var target = random.Next(expected.Length);
            switch (random.Next(depth > 0 ? 5 : 2))
            {
                case 0:
                    expected[self]++;
                    commands.Command.Add(new Command { Increment = new() });
                    break;
                case 1:
                    commands.Command.Add(new Command { SendEgress = new() });
                    break;
                case 2:
                    commands.Command.Add(new Command { Send = new() { Target = target, Commands = Tree(random, depth - 1, target, expected) } });
                    break;
                case 3:
                    commands.Command.Add(new Command { SendAfter = new() { Target = target, Commands = Tree(random, depth - 1, target, expected) } });
                    break;
                default:
                    var token = random.NextInt64().ToString(CultureInfo.InvariantCulture);
                    commands.Command.Add(new Command
                    {
                        SendAfter = new() { Target = target, CancellationToken = token, Commands = Tree(random, 0, target, new long[expected.Length]) },
                    });
                    commands.Command.Add(new Command { CancelSendAfter = new() { Target = target, CancellationToken = token } });
                    break;
            }
        }

        return commands;
    }
}
