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

    /// <summary>Whether operations that move no records may be called only as often as on AWS.</summary>
    public bool EnforceCallRates { get; init; }

    /// <summary>
    /// How long a stream or consumer that a call of the API creates, changes or deletes takes for it; AWS needs seconds to minutes.
    /// </summary>
    public TimeSpan Transition { get; init; }

    /// <summary>How often on-demand streams are looked at, and the time that their peak is an average of.</summary>
    public TimeSpan OnDemandObservation { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most shards that an on-demand stream scales to: 200 MB/s of writes in most regions.</summary>
    public int MostOnDemandShards { get; init; } = 200;

    /// <summary>The clock of arrival times, retention, quotas and iterators.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where streams are kept beyond this process; null keeps them in memory only.</summary>
    public StreamStore? Store { get; init; }

    /// <summary>Is told of every record that a stream takes.</summary>
    public IStreamObserver? Observer { get; init; }

    /// <summary>Asked before each operation touches a resource; null allows everything.</summary>
    public KinesisAuthorizer? Authorize { get; init; }
}
