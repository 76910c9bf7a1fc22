using System.Net;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>
/// Makes a workspace show what is wanted, whatever it shows now, and takes away what it wrote. Everything has a uid that
/// begins with one prefix: what has another belongs to somebody else.
/// </summary>
internal sealed class GrafanaWriter(GrafanaApi api, string prefix, CancellationToken cancellation)
{
    private string Folder => $"{prefix}-folder";

    /// <summary>Writes what is wanted; what is there as wanted is left alone.</summary>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="token">The token for the data source that takes one; null when none does.</param>
    /// <param name="plugin">The plugin that is needed for it; null when it is built in.</param>
    public async Task WriteAsync(Wanted wanted, string? token, string? plugin)
    {
        if (plugin is not null && (await api.GetAsync($"api/plugins/{plugin}/settings", cancellation)).IsGone)
        {
            await api.SendAsync(HttpMethod.Post, $"api/plugins/{plugin}/install", new JsonObject(), cancellation, HttpStatusCode.Conflict);
        }

        foreach (var source in wanted.DataSources)
        {
            await WriteDataSourceAsync(source.DeepClone(), token);
        }

        await WriteFolderAsync(wanted.Folder);
        foreach (var dashboard in wanted.Dashboards)
        {
            await WriteDashboardAsync(dashboard);
        }

        await new AlertWriter(api, cancellation).WriteAsync(wanted.Alerts);
        await RemoveDashboardsAsync([.. wanted.Dashboards.Select(dashboard => (string)dashboard["uid"]!)]);
    }

    /// <summary>Takes away what was written; a folder in which somebody put something of their own stays.</summary>
    public async Task RemoveAsync()
    {
        await new AlertWriter(api, cancellation).RemoveAsync(prefix);
        await RemoveDashboardsAsync([]);
        if (await IsEmptyAsync())
        {
            await DeleteAsync($"api/folders/{Folder}");
        }

        var sources = (await api.SendAsync(HttpMethod.Get, "api/datasources", null, cancellation)).Json.AsArray();
        foreach (var uid in sources.Select(source => (string)source!["uid"]!).Where(IsOurs))
        {
            await DeleteAsync($"api/datasources/uid/{uid}");
        }
    }

    private async Task WriteDataSourceAsync(JsonNode source, string? token)
    {
        if (source["jsonData"]?["httpHeaderName1"] is not null)
        {
            source["secureJsonData"] = new JsonObject { ["httpHeaderValue1"] = $"Token {token}" };
        }

        // Secrets cannot be compared, so it is always written.
        var path = $"api/datasources/uid/{source["uid"]}";
        if ((await api.GetAsync(path, cancellation)).IsGone)
        {
            var made = await api.SendAsync(HttpMethod.Post, "api/datasources", source, cancellation, HttpStatusCode.Conflict);
            if (made.Status != HttpStatusCode.Conflict)
            {
                return;
            }

            // Made a moment ago by the same request, delivered twice; else the name is somebody else's.
            if ((await api.GetAsync(path, cancellation)).IsGone)
            {
                throw new GrafanaException($"The workspace has another data source '{source["name"]}'. Rename or delete that.");
            }
        }

        await api.SendAsync(HttpMethod.Put, path, source, cancellation);
    }

    private async Task WriteFolderAsync(JsonNode folder)
    {
        var there = await api.GetAsync($"api/folders/{Folder}", cancellation);
        if (there.IsGone)
        {
            var made = await api.SendAsync(
                HttpMethod.Post, "api/folders", folder, cancellation,
                HttpStatusCode.Conflict, HttpStatusCode.PreconditionFailed);
            if (made.Status == HttpStatusCode.OK)
            {
                return;
            }

            there = await api.GetAsync($"api/folders/{Folder}", cancellation);
            if (there.IsGone)
            {
                throw new GrafanaException($"The workspace has another folder '{folder["title"]}'. Rename or delete that.");
            }
        }

        if ((string?)there.Json["title"] != (string?)folder["title"])
        {
            var renamed = new JsonObject { ["title"] = (string?)folder["title"], ["overwrite"] = true };
            await api.SendAsync(HttpMethod.Put, $"api/folders/{Folder}", renamed, cancellation);
        }
    }

    // Each write is a version in Grafana's history, so one that changes nothing is spared.
    private async Task WriteDashboardAsync(JsonNode dashboard)
    {
        var there = await api.GetAsync($"api/dashboards/uid/{dashboard["uid"]}", cancellation);
        if (!there.IsGone && (string?)there.Json["meta"]?["folderUid"] == Folder && Wanted.Covers(there.Json["dashboard"], dashboard))
        {
            return;
        }

        var body = new JsonObject
        {
            ["dashboard"] = dashboard.DeepClone(),
            ["folderUid"] = Folder,
            ["overwrite"] = true,
            ["message"] = "Deployed by CloudFormation",
        };
        body["dashboard"]!["id"] = null;
        var answer = await api.SendAsync(
            HttpMethod.Post, "api/dashboards/db", body, cancellation, HttpStatusCode.PreconditionFailed);
        if (answer.Status == HttpStatusCode.PreconditionFailed)
        {
            // Written by somebody at the same time, perhaps: once more, then it is a name that is taken.
            await api.SendAsync(HttpMethod.Post, "api/dashboards/db", body, cancellation);
        }
    }

    private async Task RemoveDashboardsAsync(IReadOnlyCollection<string> kept)
    {
        foreach (var uid in (await FoundAsync()).Where(uid => IsOurs(uid) && !kept.Contains(uid)))
        {
            await DeleteAsync($"api/dashboards/uid/{uid}");
        }
    }

    private async Task<bool> IsEmptyAsync() =>
        (await FoundAsync()).Count == 0 && await new AlertWriter(api, cancellation).IsEmptyAsync(Folder);

    private async Task<IReadOnlyList<string>> FoundAsync()
    {
        // An unknown folder would be taken for none, and everything found.
        if ((await api.GetAsync($"api/folders/{Folder}", cancellation)).IsGone)
        {
            return [];
        }

        var found = await api.SendAsync(
            HttpMethod.Get, $"api/search?type=dash-db&limit=5000&folderUIDs={Folder}", null, cancellation);
        return [.. found.Json.AsArray().Select(one => (string)one!["uid"]!)];
    }

    private bool IsOurs(string uid) => uid.StartsWith($"{prefix}-", StringComparison.Ordinal);

    private async Task DeleteAsync(string path) =>
        await api.SendAsync(HttpMethod.Delete, path, null, cancellation, HttpStatusCode.NotFound);
}
