using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Kinesis Data Streams in this process: streams in memory behind the AWS wire protocol.</summary>
internal sealed class KinesisService : IAsyncDisposable
{
    private const string TargetPrefix = "Kinesis_20131202.";

    private readonly ConcurrentDictionary<string, KinesisStream> _streams = new(StringComparer.Ordinal);
    private readonly ITimer _trim;

    public KinesisService(KinesisOptions options)
    {
        Options = options;
        _trim = options.Time.CreateTimer(_ => Trim(), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
    }

    public KinesisOptions Options { get; }

    /// <summary>The streams, in no particular order.</summary>
    public IReadOnlyCollection<KinesisStream> Streams => [.. _streams.Values];

    internal long Now => Options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Settings of the account that DescribeAccountSettings shows.</summary>
    internal string BillingCommitment { get; set; } = "DISABLED";

    internal ConcurrentDictionary<string, string> Policies { get; } = new(StringComparer.Ordinal);

    /// <summary>Creates a stream, which is active at once.</summary>
    public KinesisStream CreateStream(string name, StreamSettings settings)
    {
        new Constraints().Name("StreamName", name).Range("ShardCount", settings.Shards, 1, 10_000).Enforce();
        var stream = new KinesisStream(name, settings, Options);
        return _streams.TryAdd(name, stream)
            ? stream
            : throw KinesisException.InUse($"Stream {name} under account {Options.AccountId} already exists.");
    }

    /// <summary>The stream of a name, of its ARN or of the ARN of one of its consumers; null when there is none.</summary>
    public KinesisStream? TryGet(string nameOrArn)
    {
        if (!nameOrArn.StartsWith("arn:", StringComparison.Ordinal))
        {
            return _streams.GetValueOrDefault(nameOrArn);
        }

        var arn = nameOrArn.Split("/consumer/")[0];
        return _streams.GetValueOrDefault(arn[(arn.LastIndexOf('/') + 1)..]) is { } stream && stream.Arn == arn ? stream : null;
    }

    /// <summary>Answers one request of the API: POST / with <c>X-Amz-Target: Kinesis_20131202.…</c>.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var isCbor = context.Request.ContentType?.StartsWith("application/x-amz-cbor", StringComparison.OrdinalIgnoreCase) is true;
        using var answer = new PooledBuffer();
        var status = StatusCodes.Status200OK;
        try
        {
            using var body = await PooledBuffer.ReadAsync(context.Request);
            var operation = OperationOf(context.Request);
            if (operation == "SubscribeToShard")
            {
                await Subscriptions.AnswerAsync(this, context, body.Written, isCbor);
                return;
            }

            Execute(context, operation, body, answer, isCbor);
        }
        catch (KinesisException e)
        {
            status = e.Status;
            WriteError(answer, e, isCbor);
        }

        await AnswerAsync(context, answer, status, isCbor);
    }

    /// <summary>Lets go of expired records in every stream.</summary>
    internal void Trim()
    {
        foreach (var stream in _streams.Values)
        {
            stream.Trim();
        }
    }

    internal string ArnOf(string name) => $"arn:aws:kinesis:{Options.Region}:{Options.AccountId}:stream/{name}";

    internal KinesisStream Find(string? name, string? arn)
    {
        if (arn is not null)
        {
            return TryGet(arn) ?? throw KinesisException.NotFound($"Stream {arn} under account {Options.AccountId} not found.");
        }

        return _streams.GetValueOrDefault(name!)
            ?? throw KinesisException.NotFound($"Stream {name} under account {Options.AccountId} not found.");
    }

    internal void Remove(KinesisStream stream)
    {
        _streams.TryRemove(stream.Name, out _);
        stream.Delete();
    }

    internal void Authorize(HttpContext context, string operation, string resourceArn)
    {
        if (Options.Authorize?.Invoke(context, "kinesis:" + operation, resourceArn) is { } reason)
        {
            throw new KinesisException("AccessDeniedException", reason);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _trim.DisposeAsync();
        foreach (var stream in _streams.Values)
        {
            Remove(stream);
        }
    }

    internal static void WriteError(PooledBuffer answer, KinesisException error, bool isCbor)
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

    private void Execute(HttpContext context, string operation, PooledBuffer body, PooledBuffer answer, bool isCbor)
    {
        if (operation == "PutRecords")
        {
            using var request = isCbor ? PutRecordsRequest.ReadCbor(body.Written) : PutRecordsRequest.ReadJson(body.Written);
            PutRules.Check(request, null);
            if (request is { StreamName: null, StreamArn: null })
            {
                throw KinesisException.InvalidArgument("Must specify either StreamName or StreamARN.");
            }

            Authorize(context, operation, request.StreamArn ?? ArnOf(request.StreamName!));
            var stream = Find(request.StreamName, request.StreamArn);
            PutRules.Check(request, stream);
            WriteOperations.PutRecords(this, stream, request, answer);
            if (isCbor)
            {
                Transcode(answer);
            }

            return;
        }

        using var converted = isCbor ? CborJson.ToJson(body.Written) : null;
        using var document = Parse((converted ?? body).Written);
        using var json = new Utf8JsonWriter(answer);
        var call = new KinesisCall(this, context, operation, document.RootElement, json);
        if (operation == "GetRecords")
        {
            ReadOperations.GetRecords(call, answer, isCbor);
            return;
        }

        KinesisOperations.Find(operation)(call);
        json.Flush();
        if (isCbor && answer.Length > 0)
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
