namespace KinesisPatterns.Local.Iam;

/// <summary>What is known of a request besides who does what to which resource: condition keys and their values.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html</remarks>
internal sealed class ConditionKeys
{
    private readonly Dictionary<string, IReadOnlyList<string>> _values = new(StringComparer.OrdinalIgnoreCase);

    public ConditionKeys()
    {
    }

    public ConditionKeys(string key, params IReadOnlyList<string> values) => _values[key] = values;

    /// <summary>The key of the service through which KMS is called.</summary>
    /// <remarks>https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service</remarks>
    public const string ViaService = "kms:ViaService";

    /// <summary>The key of the interface endpoint through which a private API is called.</summary>
    /// <remarks>https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-vpc-endpoint-policies.html</remarks>
    public const string SourceVpcEndpoint = "aws:SourceVpce";

    public IReadOnlyList<string>? this[string key]
    {
        get => _values.GetValueOrDefault(key);
        set
        {
            if (value is null)
            {
                _values.Remove(key);
            }
            else
            {
                _values[key] = value;
            }
        }
    }
}
