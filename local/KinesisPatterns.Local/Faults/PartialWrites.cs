using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Faults;

/// <summary>Passes a part of a batch on, and answers for the rest as the service does when it could not take it.</summary>
internal static class PartialWrites
{
    private const double Refused = 0.5;

    public static async Task HandleAsync(HttpContext context, ServiceCall call, FaultDraw draw, Func<HttpContext, Task> services)
    {
        var body = await Exchange.BodyOfAsync(context);
        if (call.Service == ServiceCall.Store)
        {
            await LinesAsync(context, body, draw, services);
            return;
        }

        if (context.Request.ContentType?.Contains("json", StringComparison.Ordinal) != true)
        {
            Exchange.Replace(context, body);
            await services(context);
            return;
        }

        var request = JsonNode.Parse(body)!.AsObject();
        await (call.Operation switch
        {
            "PutRecords" => EntriesAsync(context, request, "Records", "FailedRecordCount", "ProvisionedThroughputExceededException", draw, services),
            "PutEvents" => EntriesAsync(context, request, "Entries", "FailedEntryCount", "ThrottlingException", draw, services),
            _ => ItemsAsync(context, request, draw, services),
        });
    }

    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html and
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    private static async Task EntriesAsync(
        HttpContext context, JsonObject request, string list, string failed, string error, FaultDraw draw, Func<HttpContext, Task> services)
    {
        var results = list == "Records" ? "Records" : "Entries";
        var entries = request[list]!.AsArray();
        var isRefused = entries.Select((_, i) => draw.Share(10 + i) < Refused).ToList();
        var passed = entries.Where((_, i) => !isRefused[i]).Select(e => e!.DeepClone()).ToArray();
        var (status, answer) = (200, new JsonObject { [failed] = 0, [results] = new JsonArray() });
        if (passed.Length > 0)
        {
            request[list] = new JsonArray(passed);
            Exchange.Replace(context, Encoding.UTF8.GetBytes(request.ToJsonString()));
            (status, var bytes) = await Exchange.AnswerOfAsync(context, services);
            if (status != 200)
            {
                await Exchange.AnswerAsync(context, status, "application/x-amz-json-1.1", bytes);
                return;
            }

            answer = JsonNode.Parse(bytes)!.AsObject();
        }

        var taken = new Queue<JsonNode>(answer[results]!.AsArray().Select(r => r!.DeepClone()));
        answer[failed] = (int)answer[failed]! + isRefused.Count(r => r);
        answer[results] = new JsonArray([.. isRefused.Select(refused => refused
            ? new JsonObject { ["ErrorCode"] = error, ["ErrorMessage"] = "injected fault" }
            : taken.Dequeue())]);
        await Exchange.AnswerAsync(context, 200, "application/x-amz-json-1.1", Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }

    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    private static async Task ItemsAsync(HttpContext context, JsonObject request, FaultDraw draw, Func<HttpContext, Task> services)
    {
        var left = new JsonObject();
        var number = 10;
        foreach (var (table, items) in request["RequestItems"]!.AsObject().ToList())
        {
            var all = items!.AsArray().Select(i => (Item: i!.DeepClone(), IsRefused: draw.Share(number++) < Refused)).ToList();
            if (all.Exists(i => i.IsRefused))
            {
                left[table] = new JsonArray([.. all.Where(i => i.IsRefused).Select(i => i.Item)]);
            }

            request["RequestItems"]![table] = new JsonArray([.. all.Where(i => !i.IsRefused).Select(i => i.Item)]);
            if (!all.Exists(i => !i.IsRefused))
            {
                request["RequestItems"]!.AsObject().Remove(table);
            }
        }

        var (status, bytes) = (200, "{}"u8.ToArray());
        if (request["RequestItems"]!.AsObject().Count > 0)
        {
            Exchange.Replace(context, Encoding.UTF8.GetBytes(request.ToJsonString()));
            (status, bytes) = await Exchange.AnswerOfAsync(context, services);
        }

        if (status == 200)
        {
            var answer = JsonNode.Parse(bytes)!.AsObject();
            answer["UnprocessedItems"] = left;
            bytes = Encoding.UTF8.GetBytes(answer.ToJsonString());
        }

        await Exchange.AnswerAsync(context, status, "application/x-amz-json-1.0", bytes);
    }

    // Versions 1 and 2 say that some lines were refused, version 3 which:
    // https://docs.influxdata.com/influxdb3/core/write-data/http-api/v3-write-lp/
    private static async Task LinesAsync(HttpContext context, byte[] body, FaultDraw draw, Func<HttpContext, Task> services)
    {
        var lines = Encoding.UTF8.GetString(body).Split('\n').Where(l => l.Length > 0).Select((text, i) => (Text: text, Number: i + 1)).ToList();
        var refused = lines.Where(l => draw.Share(10 + l.Number) < Refused).ToList();
        Exchange.Replace(context, Encoding.UTF8.GetBytes(string.Join('\n', lines.Except(refused).Select(l => l.Text)) + "\n"));
        var (status, bytes) = await Exchange.AnswerOfAsync(context, services);
        if (status >= 300 || refused.Count == 0)
        {
            await Exchange.AnswerAsync(context, status, "application/json", bytes);
            return;
        }

        JsonObject answer = context.Request.Path.Value!.EndsWith("/write_lp", StringComparison.Ordinal)
            ? new()
            {
                ["error"] = "partial write of line protocol occurred",
                ["data"] = new JsonArray([.. refused.Select(l => new JsonObject
                {
                    ["original_line"] = l.Text, ["line_number"] = l.Number, ["error_message"] = "injected fault",
                })]),
            }
            : new() { ["code"] = "invalid", ["message"] = $"partial write: injected fault dropped={refused.Count}" };
        await Exchange.AnswerAsync(context, 400, "application/json", Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }
}
