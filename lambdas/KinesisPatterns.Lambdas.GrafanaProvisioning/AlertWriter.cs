using System.Net;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>
/// One group of alert rules, replaced as a whole
/// (https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/).
/// </summary>
internal sealed class AlertWriter(GrafanaApi api, CancellationToken cancellation)
{
    private const string Rules = "api/v1/provisioning/alert-rules";

    /// <summary>Makes the group as it is wanted.</summary>
    public async Task WriteAsync(JsonNode group)
    {
        var folder = (string)group["folderUid"]!;
        var path = Path(folder, (string)group["title"]!);
        var there = await api.GetAsync(path, cancellation);
        if (!there.IsGone && Wanted.Covers(there.Json, group))
        {
            return;
        }

        if (group["rules"]!.AsArray().Count == 0)
        {
            await DeleteAsync(path);
            return;
        }

        var answer = await api.SendAsync(HttpMethod.Put, path, group, cancellation, HttpStatusCode.Conflict);
        if (answer.Status == HttpStatusCode.Conflict)
        {
            // Rules that were made in another way may not be changed in this one: they are made anew.
            foreach (var rule in group["rules"]!.AsArray())
            {
                await DeleteAsync($"{Rules}/{rule!["uid"]}");
            }

            await api.SendAsync(HttpMethod.Put, path, group, cancellation);
        }
    }

    /// <summary>Deletes the rules whose uid begins with the prefix.</summary>
    public async Task RemoveAsync(string prefix)
    {
        foreach (var uid in (await RulesAsync()).Select(rule => (string)rule!["uid"]!).ToArray())
        {
            if (uid.StartsWith($"{prefix}-", StringComparison.Ordinal))
            {
                await DeleteAsync($"{Rules}/{uid}");
            }
        }
    }

    /// <summary>Whether the folder has no rules.</summary>
    public async Task<bool> IsEmptyAsync(string folder) =>
        (await RulesAsync()).All(rule => (string?)rule!["folderUID"] != folder);

    private async Task<JsonArray> RulesAsync() =>
        (await api.SendAsync(HttpMethod.Get, Rules, null, cancellation)).Json.AsArray();

    private static string Path(string folder, string group) =>
        $"api/v1/provisioning/folder/{folder}/rule-groups/{Uri.EscapeDataString(group)}";

    private async Task DeleteAsync(string path) =>
        await api.SendAsync(HttpMethod.Delete, path, null, cancellation, HttpStatusCode.NotFound);
}
