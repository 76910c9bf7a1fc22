using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Iam;

/// <summary>How a service asks whether the one who calls it may do what the request is for.</summary>
/// <remarks>Nothing is refused where nobody identified the caller: with permissions switched off.</remarks>
internal static class CallerExtensions
{
    /// <summary>The caller that the endpoint found; null when permissions are not enforced.</summary>
    public static Caller? Caller(this HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Fails when the caller may not do this.</summary>
    /// <exception cref="AccessDeniedException">With AWS's words.</exception>
    public static void Demand(this HttpContext context, string action, string resourceArn, ConditionKeys? keys = null) =>
        context.Caller()?.Demand(action, resourceArn, keys);

    /// <summary>Fails when a resource is encrypted with a customer key that the caller may not use through the service.</summary>
    /// <exception cref="AccessDeniedException">With AWS's words.</exception>
    public static void DemandKeyOf(this HttpContext context, string resourceArn, string service, params ReadOnlySpan<string> actions) =>
        context.Caller()?.DemandKeyOf(resourceArn, service, actions);
}
