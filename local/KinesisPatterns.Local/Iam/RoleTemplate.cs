using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>Reads the roles of a stack with all that is attached to them.</summary>
/// <remarks>https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-role.html</remarks>
internal sealed class RoleTemplate(Deployment deployment)
{
    public IEnumerable<Role> Roles() => deployment.OfType("AWS::IAM::Role").Select(Role);

    private Role Role(Resource role)
    {
        var p = role.Properties;
        var managed = Texts(p["ManagedPolicyArns"]).ToList();
        var boundary = (string?)p["PermissionsBoundary"];
        return new()
        {
            Path = role.Path.EndsWith("/Resource", StringComparison.Ordinal) ? role.Path[..^"/Resource".Length] : role.Path,
            LogicalId = role.LogicalId,
            Name = role.Ref,
            Arn = role.Attributes["Arn"],
            Trust = PolicyDocument.Of($"{role.Path}, trust policy", p["AssumeRolePolicyDocument"]),
            Policies =
            [
                .. from inline in p["Policies"]?.AsArray() ?? []
                   select PolicyDocument.Of($"{role.Path}, policy {inline["PolicyName"]}", inline["PolicyDocument"]),
                .. from policy in deployment.OfType("AWS::IAM::Policy").Concat(deployment.OfType("AWS::IAM::ManagedPolicy"))
                   where Texts(policy.Properties["Roles"]).Contains(role.Ref)
                   select Document(policy),
                .. from policy in deployment.OfType("AWS::IAM::RolePolicy")
                   where (string?)policy.Properties["RoleName"] == role.Ref
                   select Document(policy),
                .. managed.Select(Managed).OfType<PolicyDocument>(),
            ],
            Boundary = boundary is null ? null : Managed(boundary) ?? new(boundary, []),
            Tags = (p["Tags"]?.AsArray() ?? []).ToDictionary(tag => (string)tag!["Key"]!, tag => Json.Text(tag!["Value"]), StringComparer.OrdinalIgnoreCase),
            UnknownPolicies = [.. (boundary is null ? managed : [.. managed, boundary]).Where(arn => Managed(arn) is null)],
        };
    }

    private PolicyDocument? Managed(string arn) =>
        ManagedPolicies.IsOne(arn) ? ManagedPolicies.Find(arn)
        : deployment.OfType("AWS::IAM::ManagedPolicy").FirstOrDefault(policy => policy.Ref == arn) is { } own ? Document(own)
        : null;

    private static PolicyDocument Document(Resource policy) => PolicyDocument.Of(policy.Path, policy.Properties["PolicyDocument"]);

    private static IEnumerable<string> Texts(JsonNode? list) => (list?.AsArray() ?? []).Select(Json.Text);
}
