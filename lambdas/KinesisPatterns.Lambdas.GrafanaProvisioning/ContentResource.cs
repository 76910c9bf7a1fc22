using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.CustomResources;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>
/// The custom resource <c>Custom::GrafanaContent</c>: data sources, a folder, dashboards and alert rules of one stack in
/// one workspace.
/// </summary>
/// <param name="workspaces">Amazon Managed Grafana.</param>
/// <param name="secrets">Reads the data source's token when it is needed, and not before.</param>
/// <param name="http">The client for Grafana.</param>
/// <param name="file">The content, as it lies beside the code.</param>
/// <param name="pause">How long to wait after so many attempts.</param>
internal sealed class ContentResource(
    IWorkspaces workspaces, ISecrets secrets, HttpClient http, Func<string> file, Func<int, TimeSpan> pause)
{
    public async Task<CustomResourceAnswer> HandleAsync(CustomResourceRequest request, CancellationToken deadline)
    {
        var workspace = request.Required("WorkspaceId");
        var prefix = request.Required("Prefix");
        var session = new ServiceAccountSession(workspaces, pause);
        try
        {
            await session.RunAsync(workspace, $"{prefix}-deployment", WorkAsync, deadline);
        }
        catch (WorkspaceGoneException) when (request.RequestType == RequestType.Delete)
        {
            // With the workspace, everything in it is gone.
        }

        // In another workspace it is another resource: CloudFormation deletes the one before.
        return new($"{workspace}/{prefix}");

        async Task WorkAsync(string token)
        {
            var api = new GrafanaApi(http, new Uri($"{request.Required("Url").TrimEnd('/')}/"), token, pause);
            var writer = new GrafanaWriter(api, prefix, deadline);
            switch (request.RequestType)
            {
                case RequestType.Delete:
                    await writer.RemoveAsync();
                    break;
                case RequestType.Create:
                    await CreateAsync(request, writer, deadline);
                    break;
                default:
                    await WriteAsync(request, writer, deadline);
                    break;
            }
        }
    }

    // What fails to be created is never asked to be deleted.
    private async Task CreateAsync(CustomResourceRequest request, GrafanaWriter writer, CancellationToken deadline)
    {
        try
        {
            await WriteAsync(request, writer, deadline);
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            try
            {
                await writer.RemoveAsync();
            }
            catch (Exception error) when (error is GrafanaException or HttpRequestException)
            {
                throw new CustomResourceException(
                    $"{cause.Message} What had been written before could not be removed again: {error.Message}", cause);
            }

            throw;
        }
    }

    private async Task WriteAsync(CustomResourceRequest request, GrafanaWriter writer, CancellationToken deadline)
    {
        var values = request.ResourceProperties.TryGetProperty("Values", out var given)
            ? given.EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!)
            : [];
        await writer.WriteAsync(Wanted.From(file(), values), await TokenAsync(request, deadline), request.Optional("Plugin"));
    }

    private async Task<string?> TokenAsync(CustomResourceRequest request, CancellationToken deadline)
    {
        if (request.Optional("TokenSecretArn") is not { } arn)
        {
            return null;
        }

        try
        {
            return (string?)JsonNode.Parse(await secrets.ReadAsync(arn, deadline))?["token"]
                ?? throw new FormatException($"{arn}: expected JSON with token, got none.");
        }
        catch (JsonException)
        {
            // The parser's message may quote the secret.
            throw new FormatException($"{arn}: expected JSON with token, got something else.");
        }
    }
}
