using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>Who makes a request.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html</remarks>
internal abstract class Principal
{
    /// <summary>How an error message names it.</summary>
    public abstract string Name { get; }
}

/// <summary>The developer whose account this is: everything is allowed but what is denied explicitly.</summary>
internal sealed class AccountUser(AwsIdentity aws) : Principal
{
    public override string Name { get; } = aws.GlobalArn("iam", "user/local");
}

/// <summary>Whoever does not say who it is: resource policies alone decide.</summary>
internal sealed class AnonymousPrincipal : Principal
{
    public override string Name => "anonymous";
}

/// <summary>A role that a service took on for one of its resources.</summary>
internal sealed class RoleSession(Role role, string session, AwsIdentity aws) : Principal
{
    public Role Role { get; } = role;

    public override string Name { get; } = aws.GlobalArn("sts", $"assumed-role/{role.Name}/{session}");
}

/// <summary>An AWS service that calls in its own name: resource policies alone decide.</summary>
/// <param name="service">Such as <c>events.amazonaws.com</c>.</param>
/// <param name="sourceArn">The resource on whose behalf it calls.</param>
/// <param name="account">The account of that resource.</param>
internal sealed class ServicePrincipal(string service, string sourceArn, string account) : Principal
{
    public override string Name => service;

    public string SourceArn => sourceArn;

    public string SourceAccount => account;
}
