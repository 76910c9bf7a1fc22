using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Faults;

/// <summary>Stands before the services: the calls of functions are slowed, refused, done in part, or done and not answered.</summary>
internal sealed class FaultGateway(FaultPlan plan, Func<HttpContext, Task> services, TimeProvider time, ISet<string>? remoteApis = null)
{
    private const int LongestOutage = 8;

    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly ISet<string> _remoteApis = remoteApis ?? new HashSet<string>();

    // Outages last for a number of calls and not for a time, so that they do not depend on how fast this machine is.
    private readonly ConcurrentDictionary<string, int> _outages = new(StringComparer.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        if (ServiceCall.Of(context, _remoteApis) is not { } call)
        {
            await services(context);
            return;
        }

        if (plan.Draw(FaultKind.Slow, call.Site) is { } slow)
        {
            await Task.Delay(slow.Between(Quick, Slow), time, context.RequestAborted);
        }

        if (plan.Draw(FaultKind.Throttled, call.Site) is not null)
        {
            await call.RefuseAsync(context, isThrottled: true);
        }
        else if (IsDown(call.Site))
        {
            await call.RefuseAsync(context, isThrottled: false);
        }
        else if (plan.Draw(FaultKind.LostAnswer, call.Site) is not null)
        {
            await Exchange.AnswerOfAsync(context, services);
            context.Abort();
        }
        else if (!call.TakesBatches || plan.Draw(FaultKind.Partial, call.Site) is not { } part)
        {
            await services(context);
        }
        else
        {
            await PartialWrites.HandleAsync(context, call, part, services);
        }
    }

    private bool IsDown(string site)
    {
        if (_outages.AddOrUpdate(site, 0, (_, left) => Math.Max(0, left - 1)) > 0)
        {
            return true;
        }

        if (plan.Draw(FaultKind.Unavailable, site) is not { } outage)
        {
            return false;
        }

        _outages[site] = outage.Below(LongestOutage) + 1;
        return true;
    }
}
