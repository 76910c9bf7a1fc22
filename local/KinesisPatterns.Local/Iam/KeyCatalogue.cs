using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>The customer keys of a stack, by every name that a resource may call one.</summary>
/// <remarks>https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id</remarks>
internal sealed class KeyCatalogue
{
    private readonly Dictionary<string, string> _arns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ofResources = new(StringComparer.Ordinal);

    public KeyCatalogue(Deployment deployment)
    {
        foreach (var key in deployment.OfType("AWS::KMS::Key"))
        {
            _arns[key.Ref] = _arns[key.Attributes["Arn"]] = key.Attributes["Arn"];
        }

        foreach (var alias in deployment.OfType("AWS::KMS::Alias"))
        {
            if (Find((string?)alias.Properties["TargetKeyId"]) is { } arn && (string?)alias.Properties["AliasName"] is { } name)
            {
                _arns[name] = _arns[deployment.Identity.Arn("kms", name)] = _arns[alias.Ref] = arn;
            }
        }

        foreach (var resource in deployment.Resources)
        {
            if (Find((string?)KeyOf(resource.Type, resource.Properties)) is { } arn)
            {
                _ofResources[resource.Attributes.GetValueOrDefault("Arn") ?? resource.Ref] = arn;
            }
        }
    }

    /// <summary>The ARN of a customer key of this stack; null for the keys of AWS, which ask nobody's permission.</summary>
    public string? Find(string? idOrAlias) => idOrAlias is null ? null : _arns.GetValueOrDefault(idOrAlias);

    /// <summary>The customer key that encrypts a resource by its template.</summary>
    public string? Of(string resourceArn) => _ofResources.GetValueOrDefault(resourceArn);

    private static JsonNode? KeyOf(string type, JsonObject p) => type switch
    {
        "AWS::S3::Bucket" => p["BucketEncryption"]?["ServerSideEncryptionConfiguration"]?[0]?["ServerSideEncryptionByDefault"]?["KMSMasterKeyID"],
        "AWS::SNS::Topic" or "AWS::SQS::Queue" => p["KmsMasterKeyId"],
        "AWS::SecretsManager::Secret" => p["KmsKeyId"],
        "AWS::DynamoDB::Table" => p["SSESpecification"]?["KMSMasterKeyId"],
        "AWS::DynamoDB::GlobalTable" => p["Replicas"]?[0]?["SSESpecification"]?["KMSMasterKeyId"],
        "AWS::Events::EventBus" => p["KmsKeyIdentifier"],
        _ => null,
    };
}
