using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>The wire protocol: JSON 1.1 or CBOR, the operation named in a header.</summary>
internal static class KinesisEndpoint
{
    private const string TargetPrefix = "Kinesis_20131202.";

    public static async Task HandleAsync(KinesisService service, HttpContext context)
    {
        var isCbor = context.Request.ContentType?.StartsWith(
            "application/x-amz-cbor", StringComparison.OrdinalIgnoreCase) is true;
        using var answer = new PooledBuffer();
        var status = StatusCodes.Status200OK;
        try
        {
            using var body = await PooledBuffer.ReadAsync(context.Request);
            var operation = OperationOf(context.Request);
            service.Rates?.Check(operation, service.Now);
            if (operation == "SubscribeToShard")
            {
                await service.Subscriptions.AnswerAsync(service, context, body.Written, isCbor);
                return;
            }

            Execute(service, context, operation, body, answer, isCbor);
        }
        catch (KinesisException e)
        {
            status = e.Status;
            WriteError(answer, e, isCbor);
        }
        catch (Exception e) when (e is not (OperationCanceledException or BadHttpRequestException))
        {
            status = StatusCodes.Status500InternalServerError;
            WriteError(answer, new("InternalFailureException", $"A defect of the local Kinesis: {e}"), isCbor);
        }

        await AnswerAsync(context, answer, status, isCbor);
    }

    private static void WriteError(PooledBuffer answer, KinesisException error, bool isCbor)
    {
        answer.Clear();
        using (var json = new Utf8JsonWriter(answer))
        {
            json.WriteStartObject();
            json.WriteString("__type", error.Code);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }

        if (isCbor)
        {
            Transcode(answer);
        }
    }

    internal static void WriteHeaders(HttpContext context)
    {
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        context.Response.Headers["x-amz-id-2"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
    }

    private static void Execute(
        KinesisService service, HttpContext context, string operation,
        PooledBuffer body, PooledBuffer answer, bool isCbor)
    {
        if (operation == "PutRecords")
        {
            PutRecords(service, context, body, answer, isCbor);
            return;
        }

        using var converted = isCbor ? CborJson.ToJson(body.Written) : null;
        using var document = Parse((converted ?? body).Written);
        using var json = new Utf8JsonWriter(answer);
        var call = new KinesisCall(service, context, operation, document.RootElement, json);
        if (operation == "GetRecords")
        {
            ReadOperations.GetRecords(call, answer, isCbor);
            return;
        }

        KinesisOperations.Find(operation)(call);
        if (!IsRead(operation))
        {
            service.Save();
        }

        json.Flush();
        if (isCbor && answer.Length > 0)
        {
            Transcode(answer);
        }
    }

    // What changes nothing but records, or nothing at all.
    private static bool IsRead(string operation) => operation is "PutRecord"
        || operation.StartsWith("Get", StringComparison.Ordinal) || operation.StartsWith("List", StringComparison.Ordinal)
        || operation.StartsWith("Describe", StringComparison.Ordinal);

    private static void PutRecords(
        KinesisService service, HttpContext context, PooledBuffer body, PooledBuffer answer, bool isCbor)
    {
        using var request = PutRecordsRequest.Read(body.Written, isCbor);
        PutRules.Check(request);
        if (request is { StreamName: null, StreamArn: null })
        {
            throw KinesisException.InvalidArgument("Must specify either StreamName or StreamARN.");
        }

        service.Authorize(context, "PutRecords", request.StreamArn ?? service.ArnOf(request.StreamName!));
        var stream = service.FindServing(request.StreamName, request.StreamArn);
        PutRules.CheckSizes(request, stream);
        WriteOperations.PutRecords(stream, request, answer);
        if (isCbor)
        {
            Transcode(answer);
        }
    }

    private static string OperationOf(HttpRequest request)
    {
        var target = request.Headers["X-Amz-Target"].ToString();
        return target.StartsWith(TargetPrefix, StringComparison.Ordinal)
            ? target[TargetPrefix.Length..]
            : throw new KinesisException("UnknownOperationException", $"'{target}' is not an operation of Kinesis.");
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body.IsEmpty ? "{}"u8.ToArray() : body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw KinesisException.Serialization("The body is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw KinesisException.Serialization("The body is not JSON: " + e.Message);
        }
    }

    private static void Transcode(PooledBuffer answer)
    {
        var cbor = CborJson.FromJson(answer.Written);
        answer.Clear();
        answer.Write(cbor);
    }

    private static async Task AnswerAsync(HttpContext context, PooledBuffer answer, int status, bool isCbor)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = isCbor ? "application/x-amz-cbor-1.1" : "application/x-amz-json-1.1";
        response.ContentLength = answer.Length;
        WriteHeaders(context);
        await response.BodyWriter.WriteAsync(answer.Written, context.RequestAborted);
    }
}
