namespace KinesisPatterns.Lambdas.CustomResources;

/// <summary>What CloudFormation does with a custom resource.</summary>
public enum RequestType
{
    /// <summary>The resource is new in the stack.</summary>
    Create,

    /// <summary>A property of the resource has changed, or a deployment that changed it is rolled back.</summary>
    Update,

    /// <summary>The resource leaves the stack, or is replaced, or its creation is rolled back.</summary>
    Delete,
}
