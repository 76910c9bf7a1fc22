using System.Text.Json.Serialization;

namespace KinesisPatterns.Lambdas.CustomResources;

/// <summary>
/// The answer to a request. It has to be the same whenever the same request is delivered: another one makes the provider
/// framework fail the deployment.
/// </summary>
/// <param name="PhysicalResourceId">What the resource is: another one than before makes CloudFormation delete that.</param>
/// <param name="Data">What the template can ask the resource for (<c>Fn::GetAtt</c>).</param>
public sealed record CustomResourceAnswer(string PhysicalResourceId, IReadOnlyDictionary<string, string>? Data = null)
{
    // Handed on by the framework, which tells a question for completion from a request.
    [JsonInclude]
    internal bool Begun { get; } = true;
}
