namespace KinesisPatterns.Cdk;

/// <summary>CloudFormation properties that are newer than the CDK version pinned.</summary>
internal static class CfnProperties
{
    public static void Set(this CfnResource resource, string property, object? value)
    {
        if (value is not null)
        {
            resource.AddPropertyOverride(property, value);
        }
    }
}
