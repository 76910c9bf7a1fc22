using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Tests.StepFunctions;

/// <summary>Asks for executions of state machines over the wire, as an SDK does.</summary>
internal static class Executions
{
    private const string Signature = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=local";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<JsonObject> AskAsync(LocalHost host, string operation, JsonObject request)
    {
        using var client = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, host.Endpoint);
        message.Content = new StringContent(request.ToJsonString(), null, "application/x-amz-json-1.0");
        message.Headers.Add("X-Amz-Target", $"AWSStepFunctions.{operation}");
        message.Headers.TryAddWithoutValidation("Authorization", Signature);
        using var answer = await client.SendAsync(message, Cancellation);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!;
    }

    /// <summary>How an execution ended that was started.</summary>
    public static async Task<JsonObject> EndAsync(LocalHost host, JsonObject started)
    {
        while (true)
        {
            var described = await AskAsync(host, "DescribeExecution", new() { ["executionArn"] = (string?)started["executionArn"] });
            if ((string?)described["status"] != "RUNNING")
            {
                return described;
            }

            await Task.Delay(20, Cancellation);
        }
    }
}
