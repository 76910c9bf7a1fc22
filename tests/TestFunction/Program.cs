using System.Text;
using System.Text.Json;

// A function without any Lambda package: the runtime loop by hand, and commands that misbehave on purpose.
var address = new Uri($"http://{Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime/");
using var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
switch (Environment.GetEnvironmentVariable("INIT"))
{
    case "fail":
        await http.PostAsync("init/error", Error("the function cannot start"));
        return 1;
    case "exit":
        return 3;
}

// Takes what it gets and answers: what is left is the host's own work.
var doesNothing = Environment.GetEnvironmentVariable("COMMAND") == "nothing";
var invocations = 0;
while (true)
{
    using var next = await http.GetAsync("invocation/next", HttpCompletionOption.ResponseHeadersRead);
    var id = next.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single();
    if (doesNothing)
    {
        await next.Content.CopyToAsync(Stream.Null);
        await http.PostAsync($"invocation/{id}/response", new StringContent("null"));
        continue;
    }

    var text = await next.Content.ReadAsStringAsync();
    using var input = JsonDocument.Parse(text);
    invocations++;
    switch (input.RootElement.TryGetProperty("command", out var command) ? command.GetString() : Environment.GetEnvironmentVariable("COMMAND"))
    {
        case "echo":
            await http.PostAsync($"invocation/{id}/response", new StringContent(text));
            break;
        case "log":
            Console.WriteLine("a line of the function");
            await http.PostAsync($"invocation/{id}/response", new StringContent("null"));
            break;
        case "describe":
            var about = new Dictionary<string, string?>
            {
                ["invocations"] = invocations.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["process"] = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["directory"] = Environment.CurrentDirectory,
                ["deadline"] = next.Headers.GetValues("Lambda-Runtime-Deadline-Ms").Single(),
                ["arn"] = next.Headers.GetValues("Lambda-Runtime-Invoked-Function-Arn").Single(),
            };
            foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            {
                about["$" + variable.Key] = (string?)variable.Value;
            }

            await http.PostAsync($"invocation/{id}/response", new StringContent(JsonSerializer.Serialize(about)));
            break;
        case "throw":
            await http.PostAsync($"invocation/{id}/error", Error("thrown on purpose"));
            break;
        case "hang":
            await Task.Delay(Timeout.Infinite);
            break;
        case "wait":
            await Task.Delay(input.RootElement.GetProperty("milliseconds").GetInt32());
            await http.PostAsync($"invocation/{id}/response", new StringContent("null"));
            break;
        case "exit":
            return input.RootElement.GetProperty("code").GetInt32();
        case "allocate":
            var blocks = new List<byte[]>();
            while (true)
            {
                blocks.Add(new byte[10 << 20]);
                Array.Fill(blocks[^1], (byte)1);
            }

        case "large":
            await http.PostAsync(
                $"invocation/{id}/response", new StringContent($"\"{new string('x', input.RootElement.GetProperty("bytes").GetInt32())}\""));
            break;
    }
}

static StringContent Error(string message) => new(
    JsonSerializer.Serialize(new { errorMessage = message, errorType = "TestError", stackTrace = Array.Empty<string>() }),
    Encoding.UTF8, "application/vnd.aws.lambda.error+json");
