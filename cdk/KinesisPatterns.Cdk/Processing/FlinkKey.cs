namespace KinesisPatterns.Cdk;

/// <summary>What the managed service, and whoever starts an application, may do with its key.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/manage-cmk-api.html</remarks>
internal static class FlinkKey
{
    private static readonly string[] _services =
    [
        "kinesisanalytics.amazonaws.com",
        "infrastructure.kinesisanalytics.amazonaws.com",
    ];

    private const string CreateGrant = "kms:CreateGrant";

    private static readonly string[] _use =
    [
        "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext",
    ];

    public static void Grant(IKey key, string applicationArn, IGrantable starter)
    {
        foreach (var service in _services)
        {
            key.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
            {
                Principals = [new ServicePrincipal(service)],
                Actions = [.. _use, CreateGrant],
                Resources = ["*"],
                Conditions = new Dictionary<string, object>
                {
                    ["ArnEquals"] = new Dictionary<string, object> { ["aws:SourceArn"] = applicationArn },
                },
            }));
        }

        // Whoever starts the application lets the service, and nobody else, use the key for as long as it runs.
        key.Grant(starter, _use);
        starter.GrantPrincipal.AddToPrincipalPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Actions = [CreateGrant],
            Resources = [key.KeyArn],
            Conditions = new Dictionary<string, object>
            {
                ["Bool"] = new Dictionary<string, object> { ["kms:GrantIsForAWSResource"] = true },
            },
        }));
    }
}
