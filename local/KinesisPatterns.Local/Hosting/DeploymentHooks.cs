using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Hosting;

/// <summary>
/// The functions that are asked by CloudFormation, never by data: those of the CDK's provider framework, and those that it
/// passes the requests of custom resources on to.
/// </summary>
internal sealed class DeploymentHooks(Deployment deployment)
{
    // https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/custom-resources/lib/provider-framework/runtime/consts.ts
    private static readonly string[] Handlers = ["USER_ON_EVENT_FUNCTION_ARN", "USER_IS_COMPLETE_FUNCTION_ARN"];

    private readonly HashSet<string> _handlers =
    [
        .. from function in deployment.OfType("AWS::Lambda::Function")
           from name in Handlers
           let arn = (string?)function.Properties["Environment"]?["Variables"]?[name]
           where arn is not null
           select arn,
    ];

    private readonly HashSet<string> _providers =
    [
        .. from resource in deployment.Resources
           let token = resource.Properties["ServiceToken"] is JsonValue value && value.TryGetValue<string>(out var arn) ? arn : null
           where token is not null
           select token,
    ];

    public bool Include(Resource function) =>
        _providers.Contains(function.Attributes["Arn"])
        || _handlers.Contains(function.Attributes["Arn"])
        || Handlers.Any(name => function.Properties["Environment"]?["Variables"]?[name] is not null);
}
