using System.Globalization;
using System.Text.Json;
using KinesisPatterns.Local.Kinesis;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Event source mappings over REST.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html</remarks>
internal static class MappingApi
{
    private const int LargestPage = 100;

    public static Task HandleAsync(LambdaService service, HttpContext context, string[] path)
    {
        var uuid = path is [{ Length: > 0 } id, ..] ? id : null;
        return (context.Request.Method, uuid) switch
        {
            ("POST", null) => CreateAsync(service, context),
            ("GET", null) => ListAsync(service, context),
            ("GET", _) => AnswerAsync(context, 200, Find(service, context, "GetEventSourceMapping", uuid!)),
            ("PUT", not null) =>
                UpdateAsync(service, context, Find(service, context, "UpdateEventSourceMapping", uuid)),
            ("DELETE", not null) =>
                DeleteAsync(service, context, Find(service, context, "DeleteEventSourceMapping", uuid)),
            _ => throw LambdaException.NotFound($"{context.Request.Method} {context.Request.Path} is not served here."),
        };
    }

    private static async Task CreateAsync(LambdaService service, HttpContext context)
    {
        LambdaApi.Authorize(service, context, "CreateEventSourceMapping", "*");
        using var body = await PooledBuffer.ReadAsync(context.Request);
        using var document = JsonDocument.Parse(body.Written);
        var request = new MappingRequest(document.RootElement);
        var mapping = service.Add(request.Create());
        await AnswerAsync(context, StatusCodes.Status202Accepted, mapping, state: "Creating");
    }

    private static async Task UpdateAsync(LambdaService service, HttpContext context, EventSourceMapping mapping)
    {
        using var body = await PooledBuffer.ReadAsync(context.Request);
        using var document = JsonDocument.Parse(body.Written);
        mapping.Update(new MappingRequest(document.RootElement).Apply(mapping.Settings));
        await AnswerAsync(context, StatusCodes.Status202Accepted, mapping, state: "Updating");
    }

    private static async Task DeleteAsync(LambdaService service, HttpContext context, EventSourceMapping mapping)
    {
        await service.RemoveAsync(mapping);
        await AnswerAsync(context, StatusCodes.Status202Accepted, mapping, state: "Deleting");
    }

    private static async Task ListAsync(LambdaService service, HttpContext context)
    {
        LambdaApi.Authorize(service, context, "ListEventSourceMappings", "*");
        var source = context.Request.Query["EventSourceArn"].ToString();
        var function = context.Request.Query["FunctionName"].ToString();
        var after = context.Request.Query["Marker"].ToString();
        var most = int.TryParse(context.Request.Query["MaxItems"], CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, LargestPage) : LargestPage;
        var listed = service.Mappings
            .Where(m => (source.Length == 0 || m.Settings.EventSourceArn == source)
                && (function.Length == 0 || m.Function.Name == function || m.Function.Arn == function)
                && string.CompareOrdinal(m.Uuid, after) > 0)
            .OrderBy(m => m.Uuid, StringComparer.Ordinal).Take(most + 1).ToList();
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("EventSourceMappings");
            foreach (var mapping in listed.Take(most))
            {
                MappingAnswer.Write(json, mapping, StateOf(mapping));
            }

            json.WriteEndArray();
            if (listed.Count > most)
            {
                json.WriteString("NextMarker", listed[most - 1].Uuid);
            }

            json.WriteEndObject();
        }

        await LambdaApi.WriteAsync(context, StatusCodes.Status200OK, buffer.Written);
    }

    private static EventSourceMapping Find(LambdaService service, HttpContext context, string action, string uuid)
    {
        var mapping = service.FindMapping(uuid)
            ?? throw LambdaException.NotFound("The resource you requested does not exist.");
        LambdaApi.Authorize(service, context, action, MappingAnswer.ArnOf(mapping));
        return mapping;
    }

    private static async Task AnswerAsync(
        HttpContext context, int status, EventSourceMapping mapping, string? state = null)
    {
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer))
        {
            MappingAnswer.Write(json, mapping, state ?? StateOf(mapping));
        }

        await LambdaApi.WriteAsync(context, status, buffer.Written);
    }

    private static string StateOf(EventSourceMapping mapping) => mapping.Settings.Enabled ? "Enabled" : "Disabled";
}
