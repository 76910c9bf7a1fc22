namespace KinesisPatterns.Local;

/// <summary>An action on a resource that a stack allows, and how often a run used it.</summary>
/// <param name="Holder">The construct path of the role, or of the resource's policy.</param>
/// <param name="Action">The action as the policy writes it.</param>
/// <param name="Resource">The construct path of the resource, or its ARN where it is none of the stack's.</param>
/// <param name="Times">How many requests it allowed.</param>
/// <param name="Note">Why it was not used, where that is known.</param>
public sealed record PermissionUse(string Holder, string Action, string Resource, long Times, string? Note);

/// <summary>A call that the stack's policies do not allow.</summary>
/// <param name="Principal">Who called: a role's session, or a service.</param>
/// <param name="Action">The action.</param>
/// <param name="Resource">The construct path of the resource, or its ARN where it is none of the stack's.</param>
/// <param name="Times">How often it was tried.</param>
public sealed record RefusedCall(string Principal, string Action, string Resource, long Times);
