namespace KinesisPatterns.Local.Iam;

/// <summary>Who calls a service, and what that may do.</summary>
internal sealed class Caller(Authorization authorization, Principal principal)
{
    public Principal Principal => principal;

    /// <summary>Why an action is refused, in AWS's words; null when it is allowed.</summary>
    public string? Refusal(string action, string resourceArn, ConditionKeys? keys = null) =>
        authorization.Refusal(principal, action, resourceArn, keys);

    /// <summary>Whether an action is allowed, asked for its own sake: it counts neither as used nor as refused.</summary>
    public bool May(string action, string resourceArn) => authorization.Allows(principal, action, resourceArn);

    /// <summary>Fails when an action is not allowed.</summary>
    /// <exception cref="AccessDeniedException">With AWS's words.</exception>
    public void Demand(string action, string resourceArn, ConditionKeys? keys = null)
    {
        if (Refusal(action, resourceArn, keys) is { } refusal)
        {
            throw new AccessDeniedException(refusal);
        }
    }

    /// <summary>Why the use of a customer key through a service is refused; null when it is allowed, or when the key is one of AWS's.</summary>
    /// <param name="keyIdOrAlias">The key as its user names it.</param>
    /// <param name="service">Such as <c>kinesis</c>.</param>
    /// <param name="actions">Such as <c>kms:Decrypt</c>.</param>
    public string? KeyRefusal(string? keyIdOrAlias, string service, params ReadOnlySpan<string> actions)
    {
        if (authorization.Keys.Find(keyIdOrAlias) is not { } key)
        {
            return null;
        }

        foreach (var action in actions)
        {
            if (Refusal(action, key, new(ConditionKeys.ViaService, $"{service}.{authorization.Region}.amazonaws.com")) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Why the use of the key that encrypts a resource is refused; null when it is allowed.</summary>
    public string? KeyRefusalOf(string resourceArn, string service, params ReadOnlySpan<string> actions) =>
        KeyRefusal(authorization.Keys.Of(resourceArn), service, actions);

    /// <summary>Fails when a resource is encrypted with a customer key that the caller may not use.</summary>
    /// <exception cref="AccessDeniedException">With AWS's words.</exception>
    public void DemandKeyOf(string resourceArn, string service, params ReadOnlySpan<string> actions)
    {
        if (KeyRefusalOf(resourceArn, service, actions) is { } refusal)
        {
            throw new AccessDeniedException(refusal);
        }
    }
}
