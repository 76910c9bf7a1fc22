using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Tests.Kinesis;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html")]
// With the real child process of tests/TestFunction.
public sealed class FunctionTests : IAsyncLifetime
{
    private readonly List<string> _lines = [];
    private TestServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(configure: options => options with
    {
        OnFunctionLog = (function, _, line) =>
        {
            lock (_lines)
            {
                _lines.Add($"{function}: {line}");
            }
        },
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Keeps_an_environment_warm_for_the_next_invocation()
    {
        Add();

        var first = await InvokeAsync("""{"command":"describe"}""");
        var second = await InvokeAsync("""{"command":"describe"}""");

        Assert.Equal((true, false), (first.IsCold, second.IsCold));
        Assert.Equal(Text(first, "process"), Text(second, "process"));
        Assert.Equal("2", Text(second, "invocations"));
    }

    [Fact]
    public async Task Starts_an_environment_for_each_invocation_at_a_time()
    {
        var function = Add();

        await Task.WhenAll(InvokeAsync(Wait(300)), InvokeAsync(Wait(300)));

        Assert.Equal(2, function.ColdStarts);
        Assert.Equal(2, function.Environments);
    }

    [Fact]
    public async Task Gives_the_function_the_variables_of_Lambda_and_its_own_and_no_others()
    {
        Environment.SetEnvironmentVariable("SECRET_OF_THE_HOST", "x");
        Add(f => f with { MemoryMiB = 512, Environment = new Dictionary<string, string> { ["TABLE"] = "t", ["AWS_ACCESS_KEY_ID"] = "key" } });

        var result = await InvokeAsync("""{"command":"describe"}""");

        Assert.Equal("t", Text(result, "$TABLE"));
        Assert.Equal("key", Text(result, "$AWS_ACCESS_KEY_ID"));
        Assert.Equal("us-east-1", Text(result, "$AWS_REGION"));
        Assert.Equal("test", Text(result, "$AWS_LAMBDA_FUNCTION_NAME"));
        Assert.Equal("512", Text(result, "$AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
        Assert.Equal("$LATEST", Text(result, "$AWS_LAMBDA_FUNCTION_VERSION"));
        Assert.Equal("TestFunction", Text(result, "$_HANDLER"));
        Assert.Equal(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), Text(result, "directory"));
        Assert.Equal("arn:aws:lambda:us-east-1:000000000000:function:test", Text(result, "arn"));
        Assert.Null(Text(result, "$SECRET_OF_THE_HOST"));
    }

    [Fact]
    public async Task Names_the_deadline()
    {
        Add(f => f with { Timeout = TimeSpan.FromSeconds(30) });
        await InvokeAsync("""{"command":"describe"}""");
        var before = DateTimeOffset.UtcNow;

        var result = await InvokeAsync("""{"command":"describe"}""");

        var deadline = DateTimeOffset.FromUnixTimeMilliseconds(
            long.Parse(Text(result, "deadline")!, CultureInfo.InvariantCulture));
        Assert.InRange(deadline, before.AddSeconds(29.9), DateTimeOffset.UtcNow.AddSeconds(30));
    }

    [Fact]
    public async Task Hands_on_the_error_of_a_function()
    {
        Add();

        var result = await InvokeAsync("""{"command":"throw"}""");

        Assert.Equal((InvocationStatus.FunctionError, "Unhandled"), (result.Status, result.FunctionError));
        Assert.Equal("thrown on purpose", Text(result, "errorMessage"));
        Assert.Equal("TestError", Text(result, "errorType"));
    }

    [Fact]
    public async Task Kills_a_function_that_hangs_and_starts_it_again()
    {
        var function = Add(f => f with { Timeout = TimeSpan.FromSeconds(1.5) });

        var hung = await InvokeAsync("""{"command":"hang"}""");
        var next = await InvokeAsync("""{"command":"describe"}""");

        Assert.Equal("Unhandled", hung.FunctionError);
        Assert.EndsWith("Task timed out after 1.50 seconds", Text(hung, "errorMessage"), StringComparison.Ordinal);
        Assert.True(next.IsCold);
        Assert.Equal("1", Text(next, "invocations"));
        Assert.Equal((2, 1), (function.ColdStarts, function.Errors));
    }

    [Theory]
    [InlineData(0, "Error: Runtime exited without providing a reason")]
    [InlineData(7, "Error: Runtime exited with error: exit status 7")]
    public async Task Fails_when_the_process_exits(int code, string message)
    {
        Add();

        var result = await InvokeAsync($$"""{"command":"exit","code":{{code}}}""");

        Assert.Equal("Runtime.ExitError", Text(result, "errorType"));
        Assert.EndsWith(message, Text(result, "errorMessage"), StringComparison.Ordinal);
        Assert.Equal(InvocationStatus.Succeeded, (await InvokeAsync("""{"command":"echo"}""")).Status);
    }

    [Fact]
    public async Task Fails_when_the_memory_is_used_up()
    {
        Add(f => f with { MemoryMiB = 128, Timeout = TimeSpan.FromSeconds(30) });

        var result = await InvokeAsync("""{"command":"allocate"}""");

        Assert.Equal(InvocationStatus.FunctionError, result.Status);
        Assert.Contains("Runtime exited", Text(result, "errorMessage"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fail", "the function cannot start")]
    [InlineData("exit", "exit status 3")]
    public async Task Fails_the_invocation_when_the_function_cannot_start(string how, string message)
    {
        Add(f => f with { Environment = new Dictionary<string, string> { ["INIT"] = how } });

        var result = await InvokeAsync("""{"command":"echo"}""");

        Assert.Equal(InvocationStatus.FunctionError, result.Status);
        Assert.Contains(message, Text(result, "errorMessage"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttles_above_the_reserved_concurrency()
    {
        var function = Add(f => f with { ReservedConcurrency = 1 });
        var running = InvokeAsync(Wait(500));
        await MappingRig.UntilAsync(() => function.ColdStarts == 1);

        var refused = await InvokeAsync("""{"command":"echo"}""");

        Assert.Equal(InvocationStatus.Throttled, refused.Status);
        Assert.Equal(InvocationStatus.Succeeded, (await running).Status);
        Assert.Equal(1, function.Throttles);
    }

    [Fact]
    public async Task Refuses_answers_above_six_MB()
    {
        Add(f => f with { Timeout = TimeSpan.FromSeconds(10) });

        var fits = await InvokeAsync($$"""{"command":"large","bytes":{{LambdaLimits.Payload - 2}}}""");
        var result = await InvokeAsync($$"""{"command":"large","bytes":{{LambdaLimits.Payload}}}""");

        Assert.Equal(InvocationStatus.Succeeded, fits.Status);
        Assert.Equal("Function.ResponseSizeTooLarge", Text(result, "errorType"));
    }

    [Fact]
    public async Task Refuses_requests_above_six_MB()
    {
        Add();

        var error = await Assert.ThrowsAsync<LambdaException>(
            () => _server.Lambda.InvokeAsync("test", new byte[LambdaLimits.Payload + 1], Stop));

        Assert.Equal((413, "RequestTooLargeException"), (error.Status, error.Code));
    }

    [Fact]
    public async Task Hands_on_what_the_function_writes()
    {
        Add();
        await InvokeAsync("""{"command":"log"}""");

        await MappingRig.UntilAsync(() =>
        {
            lock (_lines)
            {
                return _lines.Contains("test: a line of the function");
            }
        });
    }

    [Fact]
    public async Task Runs_the_bootstrap_of_a_custom_runtime()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("A bootstrap is a program of Linux.");
            return;
        }

        var folder = Directory.CreateTempSubdirectory();
        var bootstrap = Path.Combine(folder.FullName, "bootstrap");
        await File.WriteAllTextAsync(bootstrap,
            $"#!/bin/sh\nexec {Path.Combine(AppContext.BaseDirectory, "TestFunction")}\n", Stop);
        File.SetUnixFileMode(bootstrap, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Add(f => f with { Runtime = "provided.al2023", CodeDirectory = folder.FullName });

        Assert.Equal("""{"command":"echo"}""", Encoding.UTF8.GetString((await InvokeAsync("""{"command":"echo"}""")).Payload.Span));
    }

    [Theory]
    [InlineData("ruby3.4", "Handler")]
    [InlineData("dotnet10", "Assembly::Type::Method")]
    public void Says_why_a_function_cannot_run_here(string runtime, string handler) =>
        Assert.Throws<NotSupportedException>(() => Add(f => f with { Runtime = runtime, Handler = handler }));

    [Fact]
    public void Says_which_file_is_missing() =>
        Assert.Contains(
            "None.dll", Assert.Throws<FileNotFoundException>(() => Add(f => f with { Handler = "None" })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Kills_its_processes_at_the_end()
    {
        Add();
        var result = await InvokeAsync("""{"command":"describe"}""");
        using var process = Process.GetProcessById(int.Parse(Text(result, "process")!, CultureInfo.InvariantCulture));

        await _server.Lambda.DisposeAsync();

        await process.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromSeconds(10), Stop);
    }

    [Fact]
    public async Task Processes_a_stream_with_a_real_function()
    {
        Add();
        var stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        stream.Put("key", "1"u8);

        var mapping = _server.Lambda.Add(new MappingSettings
        {
            EventSourceArn = stream.Arn,
            FunctionName = "test",
            MaximumRetryAttempts = 0,
        });
        await MappingRig.IdleAsync(mapping);

        // The function looks for a command and finds none, so it throws: one failed invocation, one dropped record.
        Assert.Equal((1, 1), (mapping.Counters.FailedInvocations, mapping.Counters.Ended(RecordEnd.Dropped)));
    }

    [Rule("https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html")]
    [Theory]
    [InlineData("hang")]
    [InlineData("allocate")]
    public async Task A_mapping_retries_a_time_out_and_a_kill_for_memory_as_any_error(string command)
    {
        Add(f => f with { Timeout = TimeSpan.FromSeconds(1), Environment = new Dictionary<string, string> { ["COMMAND"] = command } });
        var stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        stream.Put("key", "1"u8);

        var mapping = _server.Lambda.Add(
            new MappingSettings { EventSourceArn = stream.Arn, FunctionName = "test", MaximumRetryAttempts = 1 },
            new() { FirstRetry = TimeSpan.FromMilliseconds(10) });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal((2, 1, 1), (mapping.Counters.FailedInvocations, mapping.Counters.Retried, mapping.Counters.Ended(RecordEnd.Dropped)));
    }

    private LambdaFunction Add(Func<FunctionDefinition, FunctionDefinition>? configure = null)
    {
        var definition = new FunctionDefinition
        {
            Name = "test",
            Arn = "arn:aws:lambda:us-east-1:000000000000:function:test",
            CodeDirectory = AppContext.BaseDirectory,
            Handler = "TestFunction",
            Runtime = "dotnet10",
        };
        return _server.Lambda.Add(configure?.Invoke(definition) ?? definition);
    }

    private Task<InvocationResult> InvokeAsync(string payload) =>
        _server.Lambda.InvokeAsync("test", Encoding.UTF8.GetBytes(payload), Stop);

    private static string Wait(int milliseconds) => $$"""{"command":"wait","milliseconds":{{milliseconds}}}""";

    private static string? Text(InvocationResult result, string name)
    {
        using var document = JsonDocument.Parse(result.Payload);
        return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
