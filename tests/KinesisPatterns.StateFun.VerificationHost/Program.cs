using System.Globalization;
using KinesisPatterns.StateFun.AspNetCore;
using KinesisPatterns.StateFun.Lambda;
using KinesisPatterns.StateFun.VerificationHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// As a Lambda function where Lambda (or what plays it) starts it, else over HTTP: --port PORT, 0 for a free one.
if (Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API") is { Length: > 0 })
{
    await StatefulFunctionsLambda.RunAsync(() => new LambdaRequestReply(VerificationFunctions.All()));
    return 0;
}

if (args is not ["--port", var text] || !ushort.TryParse(text, CultureInfo.InvariantCulture, out var port))
{
    await Console.Error.WriteLineAsync("usage: KinesisPatterns.StateFun.VerificationHost --port PORT");
    return 2;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddStatefulFunctions(VerificationFunctions.AddTo);
await using var app = builder.Build();
app.MapStatefulFunctions();
app.Urls.Add($"http://127.0.0.1:{port}");
await app.StartAsync();
Console.WriteLine($"Serving at {app.Urls.Single()}/");
await app.WaitForShutdownAsync();
return 0;
