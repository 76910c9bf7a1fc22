using System.Text.RegularExpressions;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Hosting;

/// <summary>URLs that only resolve on AWS, and what stands for them here.</summary>
internal sealed class CloudHosts
{
    private readonly List<(Regex Cloud, string Here)> _hosts = [];

    public CloudHosts(Deployment deployment, Uri endpoint)
    {
        foreach (var database in deployment.OfType("AWS::Timestream::InfluxDBInstance")
            .Concat(deployment.OfType("AWS::Timestream::InfluxDBCluster")))
        {
            Add($@"https?://{Regex.Escape(database.Attributes["Endpoint"])}(:\d+)?", $"{endpoint}_influx/{database.LogicalId}");
        }

        Add(@"https://sqs\.[a-z0-9-]+\.amazonaws\.com/", endpoint.ToString());
        foreach (var api in deployment.OfType("AWS::ApiGateway::RestApi"))
        {
            Add($@"https://{Regex.Escape(api.Ref)}(-vpce-[a-z0-9]+)?\.execute-api\.[a-z0-9-]+\.amazonaws\.com", $"{endpoint}_api/{api.Ref}");
        }
    }

    /// <summary>The text with every such URL replaced.</summary>
    public string Localized(string text) => _hosts.Aggregate(text, (t, host) => host.Cloud.Replace(t, host.Here));

    private void Add(string pattern, string here) => _hosts.Add((new(pattern, RegexOptions.IgnoreCase), here));
}
