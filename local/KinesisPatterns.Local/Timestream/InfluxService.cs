using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Timestream.InfluxQl;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Timestream;

/// <summary>
/// The part of InfluxDB's API that writers use: sign-in with a session and writes of 2, writes with a token of 3, health.
/// </summary>
/// <remarks>https://docs.influxdata.com/influxdb/v2/api/, https://docs.influxdata.com/influxdb3/core/api/v3/</remarks>
internal sealed class InfluxService(SeriesStore store, Func<(string User, string Password)> credentials, TimeProvider clock, string? token = null)
{
    private const string Cookie = "influxdb-oss-session";

    // InfluxDB's session-length: https://docs.influxdata.com/influxdb/v2/reference/config-options/#session-length
    private static readonly TimeSpan SessionLength = TimeSpan.FromMinutes(60);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _sessions = new(StringComparer.Ordinal);

    public SeriesStore Store => store;

    public Task HandleAsync(HttpContext context, string path) => (context.Request.Method, path) switch
    {
        ("POST", "/api/v2/signin") => SignInAsync(context, path),
        ("POST", "/api/v2/write") => WriteAsync(context),
        ("POST", "/api/v3/write_lp") => WriteVersion3Async(context),
        ("GET" or "POST", "/query") => QueryAsync(context),
        ("GET", "/health") => AnswerAsync(context, 200, new() { ["name"] = "influxdb", ["status"] = "pass", ["version"] = "v2.7 (local host)" }),
        ("GET" or "HEAD", "/ping") => AnswerAsync(context, 204, null),
        _ => AnswerAsync(context, 404, Error("not found", $"the local host does not serve {context.Request.Method} {path}")),
    };

    private Task SignInAsync(HttpContext context, string path)
    {
        if (!AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header)
            || header is not { Scheme: "Basic", Parameter: { } parameter }
            || !Right(Encoding.UTF8.GetString(Convert.FromBase64String(parameter))))
        {
            return AnswerAsync(context, 401, Error("unauthorized", "unauthorized access"));
        }

        var session = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _sessions[session] = clock.GetUtcNow() + SessionLength;
        context.Response.Cookies.Append(Cookie, session, new() { Path = $"{context.Request.Path.Value![..^path.Length]}/api/", HttpOnly = true });
        return AnswerAsync(context, 204, null);
    }

    private bool Right(string given)
    {
        var (user, password) = credentials();
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes($"{user}:{password}"));
    }

    private bool SignedIn(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(Cookie, out var session)
            || !_sessions.TryGetValue(session, out var until)
            || until < clock.GetUtcNow())
        {
            return false;
        }

        _sessions[session] = clock.GetUtcNow() + SessionLength;
        return true;
    }

    private async Task WriteAsync(HttpContext context)
    {
        if (!SignedIn(context))
        {
            await AnswerAsync(context, 401, Error("unauthorized", "unauthorized access"));
            return;
        }

        var query = context.Request.Query;
        if (query["org"].Count + query["orgID"].Count == 0 || query["bucket"].Count == 0)
        {
            await AnswerAsync(context, 400, Error("invalid", "the parameters org and bucket are required"));
            return;
        }

        var failures = await WriteLinesAsync(context, NanosecondsPer(query["precision"].ToString()));
        await (failures.Count == 0
            ? AnswerAsync(context, 204, null)
            : AnswerAsync(context, 400, Error("invalid", $"partial write: {string.Join("\n", failures.Select(failure => failure.Problem))}")));
    }

    // What is right is taken, and what is not is named, line by line.
    private async Task WriteVersion3Async(HttpContext context)
    {
        if (token is null || context.Request.Headers.Authorization != $"Bearer {token}")
        {
            await AnswerAsync(context, 401, new() { ["error"] = "the request was not authenticated" });
            return;
        }

        var failures = await WriteLinesAsync(context, NanosecondsPer(context.Request.Query["precision"].ToString() is "millisecond" ? "ms" : "ns"));
        await (failures.Count == 0
            ? AnswerAsync(context, 204, null)
            : AnswerAsync(context, 400, new()
            {
                ["error"] = "partial write of line protocol occurred",
                ["data"] = new JsonArray([.. failures.Select(failure => new JsonObject
                {
                    ["original_line"] = failure.Line,
                    ["line_number"] = failure.Number,
                    ["error_message"] = failure.Problem,
                })]),
            }));
    }

    // The query API of InfluxDB 1, which 2 has as well: https://docs.influxdata.com/influxdb/v2/reference/api/influxdb-1x/query/
    private async Task QueryAsync(HttpContext context)
    {
        if (!SignedIn(context))
        {
            await AnswerAsync(context, 401, Error("unauthorized", "unauthorized access"));
            return;
        }

        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
        string Parameter(string name) => (string?)context.Request.Query[name] ?? (string?)form?[name] ?? "";
        if (Parameter("epoch").Length == 0)
        {
            await AnswerAsync(context, 400, new() { ["error"] = "the local host answers times as numbers only: give epoch=ms" });
            return;
        }

        try
        {
            await AnswerAsync(context, 200, new Engine(store).Run(Parameter("q"), NanosecondsPer(Parameter("epoch"))));
        }
        catch (InfluxQlException error)
        {
            await AnswerAsync(context, 400, new() { ["error"] = error.Message });
        }
    }

    private async Task<List<(int Number, string Line, string Problem)>> WriteLinesAsync(HttpContext context, long unit)
    {
        var body = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        using var reader = new StreamReader(body, Encoding.UTF8);
        var failures = new List<(int Number, string Line, string Problem)>();
        for (var number = 1; await reader.ReadLineAsync(context.RequestAborted) is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            try
            {
                foreach (var point in LineProtocol.Parse(line, unit, () => clock.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000))
                {
                    store.Write(point);
                }
            }
            catch (Exception error) when (error is FormatException or OverflowException)
            {
                failures.Add((number, line, $"unable to parse '{line}': {error.Message}"));
            }
        }

        return failures;
    }

    private static long NanosecondsPer(string precision) => precision switch
    {
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" => 1_000,
        _ => 1,
    };

    private static JsonObject Error(string code, string message) => new() { ["code"] = code, ["message"] = message };

    private static Task AnswerAsync(HttpContext context, int status, JsonObject? body)
    {
        context.Response.StatusCode = status;
        if (body is null)
        {
            return Task.CompletedTask;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
