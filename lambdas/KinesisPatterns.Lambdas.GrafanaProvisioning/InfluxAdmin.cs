using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.SeriesStore;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>A token of InfluxDB, and the id by which it is managed.</summary>
internal readonly record struct ReadToken(string Id, string Value);

/// <summary>What InfluxDB 2's API does for an administrator (https://docs.influxdata.com/influxdb/v2/api/).</summary>
/// <param name="http">The client, without a cookie jar of its own.</param>
/// <param name="url">The server's address.</param>
/// <param name="session">What lets requests in.</param>
/// <param name="pause">How long to wait after so many attempts.</param>
internal sealed class InfluxAdmin(HttpClient http, Uri url, InfluxSession session, Func<int, TimeSpan> pause)
{
    private const int Attempts = 10;

    /// <summary>The ids of an organization and of a bucket in it.</summary>
    public async Task<(string Organization, string Bucket)> FindAsync(
        string organization, string bucket, CancellationToken cancellation)
    {
        var orgs = await JsonAsync($"api/v2/orgs?org={Uri.EscapeDataString(organization)}", cancellation);
        var org = Id(orgs["orgs"], $"organization '{organization}'");
        var buckets = await JsonAsync($"api/v2/buckets?orgID={org}&name={Uri.EscapeDataString(bucket)}", cancellation);
        return (org, Id(buckets["buckets"], $"bucket '{bucket}'"));
    }

    /// <summary>Whether the token of this id is there and may be used.</summary>
    public async Task<bool> IsActiveAsync(string id, CancellationToken cancellation)
    {
        var (status, text) = await SendAsync(HttpMethod.Get, $"api/v2/authorizations/{id}", null, cancellation, HttpStatusCode.NotFound);
        return status == HttpStatusCode.OK && (string?)JsonNode.Parse(text)!["status"] == "active";
    }

    /// <summary>Makes a token that reads the bucket, and sees which database it is in InfluxQL.</summary>
    public async Task<ReadToken> CreateAsync(string org, string bucket, string name, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["orgID"] = org,
            ["description"] = name,
            ["permissions"] = new JsonArray(
                Read(new() { ["type"] = "buckets", ["id"] = bucket, ["orgID"] = org }),
                Read(new() { ["type"] = "dbrp", ["orgID"] = org })),
        };
        var (_, text) = await SendAsync(HttpMethod.Post, "api/v2/authorizations", body, cancellation);
        var made = JsonNode.Parse(text)!;
        return new((string)made["id"]!, (string)made["token"]!);
    }

    /// <summary>Deletes the tokens of this name, but the one to keep.</summary>
    public async Task DeleteAsync(string org, string name, string? keep, CancellationToken cancellation)
    {
        var all = await JsonAsync($"api/v2/authorizations?orgID={org}", cancellation);
        foreach (var one in all["authorizations"]!.AsArray().Where(one => (string?)one!["description"] == name))
        {
            if ((string)one!["id"]! is var id && id != keep)
            {
                await SendAsync(HttpMethod.Delete, $"api/v2/authorizations/{id}", null, cancellation, HttpStatusCode.NotFound);
            }
        }
    }

    /// <summary>Sees to it that the bucket is a database of its own name, to those who ask in InfluxQL.</summary>
    public async Task MapAsync(string org, string bucketId, string bucket, CancellationToken cancellation)
    {
        var there = await JsonAsync($"api/v2/dbrps?orgID={org}&db={Uri.EscapeDataString(bucket)}", cancellation);
        if (there["content"]!.AsArray().Any(one => (string?)one!["bucketID"] == bucketId))
        {
            return;
        }

        var body = new JsonObject
        {
            ["orgID"] = org,
            ["bucketID"] = bucketId,
            ["database"] = bucket,
            ["retention_policy"] = "autogen",
            ["default"] = true,
        };
        await SendAsync(HttpMethod.Post, "api/v2/dbrps", body, cancellation);
    }

    private static JsonObject Read(JsonObject resource) => new() { ["action"] = "read", ["resource"] = resource };

    private static string Id(JsonNode? list, string what) =>
        list?.AsArray() is [{ } one, ..] ? (string)one["id"]! : throw new FormatException($"The series store has no {what}.");

    private async Task<JsonNode> JsonAsync(string path, CancellationToken cancellation) =>
        JsonNode.Parse((await SendAsync(HttpMethod.Get, path, null, cancellation)).Text)!;

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(
        HttpMethod method, string path, JsonNode? body, CancellationToken cancellation, params HttpStatusCode[] others)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(url, path));
                request.Headers.Add("Cookie", await session.GetAsync(cancellation));
                request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                using var response = await http.SendAsync(request, cancellation);
                var text = await response.Content.ReadAsStringAsync(cancellation);
                if (response.IsSuccessStatusCode || others.Contains(response.StatusCode))
                {
                    return (response.StatusCode, text);
                }

                var passing = response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
                if (!passing || attempt == Attempts)
                {
                    throw new InvalidOperationException($"The series store answered {method} /{path} with {(int)response.StatusCode}.");
                }
            }
            catch (HttpRequestException error) when (attempt < Attempts && error.StatusCode is null)
            {
                // It may be restarting.
            }

            await Task.Delay(pause(attempt), cancellation);
        }
    }
}
