using Amazon.CDK.AWS.APIGateway;

namespace KinesisPatterns.Cdk;

/// <summary>The function behind a REST API.</summary>
internal static class ApiFunction
{
    // One permission for the API; the CDK's own integration adds one per method.
    public static Integration Proxy(RestApi api, Function function, string source, IntegrationOptions? options = null)
    {
        var stack = Stack.Of(api);
        function.AddPermission("Api", new Permission
        {
            Principal = new ServicePrincipal("apigateway.amazonaws.com"),
            SourceArn = source,
            SourceAccount = stack.Account,
        });
        return new(new IntegrationProps
        {
            Type = IntegrationType.AWS_PROXY,
            IntegrationHttpMethod = "POST",
            Uri = $"arn:{stack.Partition}:apigateway:{stack.Region}:lambda:path/2015-03-31/functions/"
                + $"{function.FunctionArn}/invocations",
            Options = options,
        });
    }

    public static void AcknowledgeFindings(RestApi api, Function function)
    {
        function.Node.FindChild("Api").Acknowledge(
            "lambda_function_public_access_prohibited_check",
            "It names this API and this account; the rule does not read ARNs that are put together from references.");
        api.Node.FindChild("CloudWatchRole").Acknowledge(
            "AwsSolutions-IAM4",
            "AWS's own policy for the one role by which API Gateway writes the logs of an account.");
    }
}
