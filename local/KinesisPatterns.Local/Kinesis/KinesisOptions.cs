using KinesisPatterns.Local.State;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>
/// Says whether a caller may use a resource: null when allowed, else the reason that AccessDeniedException gives.
/// </summary>
internal delegate string? KinesisAuthorizer(HttpContext context, string action, string resourceArn);

/// <summary>Options for a <see cref="KinesisService"/>.</summary>
internal sealed record KinesisOptions
{
    /// <summary>The region in every ARN.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The twelve digits of the account in every ARN.</summary>
    public string AccountId { get; init; } = "000000000000";

    /// <summary>Whether a shard refuses what is above its throughput, as on AWS.</summary>
    /// <remarks>https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html</remarks>
    public bool EnforceQuotas { get; init; } = true;

    /// <summary>The clock of arrival times, retention, quotas and iterators.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where streams are kept beyond this process; null keeps them in memory only.</summary>
    public StreamStore? Store { get; init; }

    /// <summary>Is told of every record that a stream takes.</summary>
    public IStreamObserver? Observer { get; init; }

    /// <summary>Asked before each operation touches a resource; null allows everything.</summary>
    public KinesisAuthorizer? Authorize { get; init; }
}
