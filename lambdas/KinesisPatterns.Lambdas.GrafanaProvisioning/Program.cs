using Amazon.ManagedGrafana;
using Amazon.SecretsManager;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.GrafanaProvisioning;

await FunctionHost.RunAsync(static () =>
{
    var secrets = new AwsSecrets(new AmazonSecretsManagerClient());
    var workspaces = new AwsWorkspaces(new AmazonManagedGrafanaClient());
    var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { Timeout = TimeSpan.FromSeconds(30) };
    var content = new ContentResource(workspaces, secrets, http, ContentFile, Backoff.Pause);
    var token = new ReadTokenResource(secrets, http, Backoff.Pause);
    return new CustomResourceFunction((request, deadline) => request.ResourceType switch
    {
        "Custom::GrafanaContent" => content.HandleAsync(request, deadline),
        "Custom::InfluxReadToken" => token.HandleAsync(request, deadline),
        var type => throw new CustomResourceException($"Expected Custom::GrafanaContent or Custom::InfluxReadToken, got {type}."),
    }).HandleAsync;

    static string ContentFile() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "grafana.json"));
});
