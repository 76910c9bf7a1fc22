using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.SeriesStore;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>
/// The custom resource <c>Custom::InfluxReadToken</c>: a token that reads one bucket of InfluxDB 2, kept in a secret. It
/// runs where the store can be reached, which the internet, and with it Grafana, cannot be.
/// </summary>
/// <param name="secrets">Where the login is read, and the token is kept.</param>
/// <param name="http">The client, without a cookie jar of its own.</param>
/// <param name="pause">How long to wait after so many attempts.</param>
internal sealed class ReadTokenResource(ISecrets secrets, HttpClient http, Func<int, TimeSpan> pause)
{
    public async Task<CustomResourceAnswer> HandleAsync(CustomResourceRequest request, CancellationToken deadline)
    {
        var name = request.Required("Name");
        var url = new Uri($"{request.Required("Url").TrimEnd('/')}/");
        var login = request.Required("LoginSecretArn");
        using var session = new InfluxSession(http, url, token => secrets.ReadAsync(login, token));
        var influx = new InfluxAdmin(http, url, session, pause);
        var (org, bucket) = await influx.FindAsync(request.Required("Organization"), request.Required("Bucket"), deadline);

        // The secret is the resource: with another one, the token before is deleted with its own.
        var secret = request.Required("TokenSecretArn");
        var id = $"{name}@{secret}";
        if (request.RequestType == RequestType.Delete)
        {
            await influx.DeleteAsync(org, name, keep: null, deadline);
            return new(id);
        }

        await influx.MapAsync(org, bucket, request.Required("Bucket"), deadline);
        var kept = await KeptAsync(influx, secret, bucket, deadline)
            ?? await CreateAsync(influx, secret, org, bucket, name, deadline);

        // What a run that was ended in the middle left, and what has been replaced.
        await influx.DeleteAsync(org, name, kept, deadline);
        return new(id, new Dictionary<string, string> { ["TokenId"] = kept });
    }

    private async Task<string?> KeptAsync(InfluxAdmin influx, string secret, string bucket, CancellationToken deadline)
    {
        var kept = JsonNode.Parse(await secrets.ReadAsync(secret, deadline));
        return (string?)kept?["id"] is { } id && (string?)kept["bucket"] == bucket && await influx.IsActiveAsync(id, deadline)
            ? id
            : null;
    }

    private async Task<string> CreateAsync(
        InfluxAdmin influx, string secret, string org, string bucket, string name, CancellationToken deadline)
    {
        var made = await influx.CreateAsync(org, bucket, name, deadline);
        try
        {
            var text = new JsonObject { ["id"] = made.Id, ["token"] = made.Value, ["bucket"] = bucket };
            await secrets.WriteAsync(secret, text.ToJsonString(), deadline);
        }
        catch
        {
            // Nobody knows it, and a creation that fails is never asked to be deleted.
            await influx.DeleteAsync(org, name, keep: null, CancellationToken.None);
            throw;
        }

        return made.Id;
    }
}
