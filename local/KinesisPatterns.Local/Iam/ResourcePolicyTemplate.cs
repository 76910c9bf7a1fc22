using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>Reads the policies that a stack puts on its resources, by the ARN of each resource.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html</remarks>
internal sealed class ResourcePolicyTemplate(Deployment deployment)
{
    public IEnumerable<(string Arn, PolicyDocument Policy)> Policies() =>
        from resource in deployment.Resources
        from policy in Of(resource, resource.Properties)
        select policy;

    private IEnumerable<(string Arn, PolicyDocument Policy)> Of(Resource resource, JsonObject p) => resource.Type switch
    {
        "AWS::S3::BucketPolicy" => [(Arn(p["Bucket"]), Document(resource, p["PolicyDocument"]))],
        "AWS::KMS::Key" when p["KeyPolicy"] is { } policy => [(resource.Attributes["Arn"], Document(resource, policy))],
        "AWS::SNS::TopicPolicy" => Each(p["Topics"], resource, p["PolicyDocument"]),
        "AWS::SNS::TopicInlinePolicy" => [(Arn(p["TopicArn"]), Document(resource, p["PolicyDocument"]))],
        "AWS::SQS::QueuePolicy" => Each(p["Queues"], resource, p["PolicyDocument"]),
        "AWS::SQS::QueueInlinePolicy" => [(Arn(p["Queue"]), Document(resource, p["PolicyDocument"]))],
        "AWS::Kinesis::ResourcePolicy" => [(Arn(p["ResourceArn"]), Document(resource, p["ResourcePolicy"]))],
        "AWS::SecretsManager::ResourcePolicy" => [(Arn(p["SecretId"]), Document(resource, p["ResourcePolicy"]))],
        "AWS::DynamoDB::Table" when p["ResourcePolicy"]?["PolicyDocument"] is { } policy => [(resource.Attributes["Arn"], Document(resource, policy))],
        "AWS::Events::EventBusPolicy" => [(Arn(p["EventBusName"] ?? "default"), Document(resource, new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = Bus(p) }))],
        "AWS::ApiGateway::RestApi" when p["Policy"] is { } policy => [(Api(resource), Document(resource, Api(resource, policy)))],
        "AWS::Lambda::Permission" => [(Arn(p["FunctionName"]), Document(resource, Permission(p)))],
        _ => [],
    };

    private IEnumerable<(string, PolicyDocument)> Each(JsonNode? names, Resource resource, JsonNode? policy) =>
        (names?.AsArray() ?? []).Select(name => (Arn(name), Document(resource, policy)));

    private static PolicyDocument Document(Resource resource, JsonNode? policy) => PolicyDocument.Of(resource.Path, policy);

    // The resource may be of another stack: then its ARN is what is written.
    private string Arn(JsonNode? reference)
    {
        var text = Json.Text(reference);
        return deployment.ByReference(text) is { } resource
            ? resource.Attributes.GetValueOrDefault("Arn") ?? (resource.Ref.StartsWith("arn:", StringComparison.Ordinal) ? resource.Ref : Naming.Unknown(resource, "Arn", deployment.Identity))
            : text;
    }

    private string Api(Resource api) => deployment.Identity.Arn("execute-api", api.Ref);

    // execute-api:/* is short for every method of this API: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    private JsonNode Api(Resource api, JsonNode policy) => JsonNode.Parse(
        policy.ToJsonString().Replace("\"execute-api:/", $"\"{Api(api)}/", StringComparison.Ordinal))!;

    private static JsonNode Bus(JsonObject p) => p["Statement"]?.DeepClone() ?? new JsonObject
    {
        ["Effect"] = "Allow",
        ["Action"] = p["Action"]?.DeepClone(),
        ["Principal"] = p["Principal"]?.DeepClone(),
        ["Resource"] = "*",
    };

    // https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    private JsonObject Permission(JsonObject p)
    {
        var principal = Json.Text(p["Principal"]);
        var conditions = new JsonObject();
        Add("ArnLike", "aws:SourceArn", p["SourceArn"]);
        Add("StringEquals", "aws:SourceAccount", p["SourceAccount"]);
        Add("StringEquals", "aws:PrincipalOrgID", p["PrincipalOrgID"]);
        Add("StringEquals", "lambda:EventSourceToken", p["EventSourceToken"]);
        Add("StringEquals", "lambda:FunctionUrlAuthType", p["FunctionUrlAuthType"]);
        return new()
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonObject
            {
                ["Effect"] = "Allow",
                ["Action"] = p["Action"]?.DeepClone(),
                ["Principal"] = principal == "*" ? "*"
                    : new JsonObject { [principal.Contains(".amazonaws.com", StringComparison.Ordinal) ? "Service" : "AWS"] = principal },
                ["Resource"] = Arn(p["FunctionName"]),
                ["Condition"] = conditions,
            },
        };

        void Add(string comparison, string key, JsonNode? value)
        {
            if (value is null)
            {
                return;
            }

            conditions[comparison] ??= new JsonObject();
            conditions[comparison]![key] = value.DeepClone();
        }
    }
}
