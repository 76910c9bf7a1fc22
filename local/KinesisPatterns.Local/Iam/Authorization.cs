using System.Collections.Concurrent;
using KinesisPatterns.Local.Assembly;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Iam;

/// <summary>
/// Decides who may do what in one stack, by the stack's own policies, and keeps what was used and what was refused.
/// </summary>
/// <remarks>
/// A service asks <see cref="CallerOf"/> of a request, or of its <see cref="Caller.Demand"/> in one call; what a service does by itself it
/// does as a role (<see cref="As"/>) or in its own name (<see cref="Service"/>).
/// </remarks>
internal sealed class Authorization
{
    // A decision is about one object of a bucket, so there is no end of them.
    private const int MostRemembered = 50_000;

    private readonly ConcurrentDictionary<(Principal Principal, string Action, string Resource), Remembered> _decisions = new();
    private readonly ConcurrentDictionary<(string Principal, string Action, string Resource), long> _refused = new();
    private readonly ConcurrentDictionary<(string Service, string SourceArn), Caller> _services = new();
    private readonly ConcurrentDictionary<string, bool> _acting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _remarks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Caller> _callers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Caller>.AlternateLookup<ReadOnlySpan<char>> _callersByKey;
    private readonly Dictionary<string, Role> _roles;
    private readonly ILookup<string, PolicyDocument> _resourcePolicies;
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _tags;
    private readonly ConcurrentDictionary<string, PolicyDocument> _parsed = new(StringComparer.Ordinal);
    private readonly Deployment _deployment;
    private readonly AwsIdentity _aws;
    private readonly Action<string> _remark;
    private readonly TimeProvider _clock;

    public Authorization(Deployment deployment, Action<string> remark, TimeProvider clock)
    {
        (_deployment, _aws, _remark, _clock) = (deployment, deployment.Identity, remark, clock);
        _callersByKey = _callers.GetAlternateLookup<ReadOnlySpan<char>>();
        _roles = new RoleTemplate(deployment).Roles().ToDictionary(role => role.Arn);
        ResourcePolicies = [.. new ResourcePolicyTemplate(deployment).Policies()];
        _resourcePolicies = ResourcePolicies.ToLookup(p => p.Arn, p => p.Policy);
        _tags = ResourceTags.Of(deployment);
        Keys = new(deployment);
        Developer = new(this, new AccountUser(_aws));
        Anonymous = new(this, new AnonymousPrincipal());
        foreach (var role in _roles.Values)
        {
            foreach (var policy in role.UnknownPolicies)
            {
                Remark($"{role.Path}: the policy {policy} is not known here, so it grants nothing; write what it is to grant into the role, or run with --no-permissions");
            }
        }
    }

    /// <summary>The developer whose account this is: whoever comes with a key that is nobody's.</summary>
    public Caller Developer { get; }

    /// <summary>Whoever does not say who it is.</summary>
    public Caller Anonymous { get; }

    public KeyCatalogue Keys { get; }

    public string Region => _aws.Region;

    public IReadOnlyCollection<Role> Roles => _roles.Values;

    public IReadOnlyList<(string Arn, PolicyDocument Policy)> ResourcePolicies { get; }

    /// <summary>What was refused, and how often.</summary>
    public IEnumerable<(string Principal, string Action, string Resource, long Times)> Refused =>
        _refused.Select(r => (r.Key.Principal, r.Key.Action, r.Key.Resource, r.Value));

    /// <summary>What could not be judged, and what was assumed in its place.</summary>
    public IEnumerable<string> Remarks => _remarks.Keys;

    /// <summary>Policies that calls put on resources while the host runs, as JSON by ARN.</summary>
    public Func<string, string?> PutPolicies { get; set; } = _ => null;

    /// <summary>Whether something here acts as a role.</summary>
    public bool IsActing(Role role) => _acting.ContainsKey(role.Arn);

    public Role? FindRole(string arn) => _roles.GetValueOrDefault(arn);

    /// <summary>What a role that a service took on may do; a role of another stack may do everything, and a remark says so.</summary>
    public Caller As(string roleArn, string session)
    {
        if (_roles.TryGetValue(roleArn, out var role))
        {
            _acting[roleArn] = true;
            return new(this, new RoleSession(role, session, _aws));
        }

        Remark($"{session}: the role {roleArn} is not in this stack: what it may do is not known here, so it may do everything");
        return Developer;
    }

    /// <summary>A service that acts in its own name for one of the stack's resources.</summary>
    public Caller Service(string service, string sourceArn) =>
        _services.GetOrAdd((service, sourceArn), key => new(this, new ServicePrincipal(key.Service, key.SourceArn, _aws.Account)));

    /// <summary>Makes an access key the one of a caller.</summary>
    public void Register(string accessKey, Caller caller) => _callers[accessKey] = caller;

    /// <summary>Who signed a request; null when nobody did.</summary>
    public Caller? CallerOf(HttpRequest request) => AccessKey.Of(request) switch
    {
        [] => null,
        var key => _callersByKey.TryGetValue(key, out var caller) ? caller : Developer,
    };

    /// <summary>Why a request is refused, in AWS's words; null when it is allowed.</summary>
    public string? Refusal(Principal principal, string action, string resourceArn, ConditionKeys? keys = null)
    {
        var known = Decision(principal, action, resourceArn, keys);
        if (known.Message is not null)
        {
            _refused.AddOrUpdate((principal.Name, action, resourceArn), 1, (_, times) => times + 1);
        }
        else if (principal is not AccountUser)
        {
            foreach (var grant in known.Grants)
            {
                grant.Use(known.Request);
            }
        }

        return known.Message;
    }

    /// <summary>Whether a request would be allowed; it counts neither as used nor as refused.</summary>
    public bool Allows(Principal principal, string action, string resourceArn) => Decision(principal, action, resourceArn, null).Message is null;

    /// <summary>What the stack's policies say of a request, without keeping anything of it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="put">The policy that a call put on its resource.</param>
    public Decision Decide(AccessRequest request, string? put = null)
    {
        var role = request.Principal is RoleSession session ? FindRole(session.Role.Arn) : null;
        var holder = PolicyHolder.Of(request.Resource);
        IReadOnlyList<PolicyDocument> resource = put is null ? [.. _resourcePolicies[holder]]
            : [.. _resourcePolicies[holder], _parsed.GetOrAdd(put, text => PolicyDocument.Parse($"policy of {request.Resource}", text))];
        var isKey = request.Resource.StartsWith($"arn:{AwsIdentity.Partition}:kms:", StringComparison.Ordinal) && resource.Count > 0;
        return PolicyEvaluator.Decide(request, role?.Policies ?? [], role?.Boundary, resource, isKey);
    }

    /// <summary>Says something once.</summary>
    public void Remark(string text)
    {
        if (_remarks.TryAdd(text, true))
        {
            _remark(text);
        }
    }

    private Remembered Decision(Principal principal, string action, string resourceArn, ConditionKeys? keys)
    {
        var id = (principal, action, resourceArn);
        var put = PutPolicies(resourceArn);
        if (!_decisions.TryGetValue(id, out var known) || !ReferenceEquals(known.Put, put))
        {
            known = Decide(principal, action, resourceArn, keys, put);
            if (known.Lasts)
            {
                Remember(id, known);
            }
        }

        return known;
    }

    private void Remember((Principal, string, string) id, Remembered decision)
    {
        if (_decisions.Count > MostRemembered)
        {
            _decisions.Clear();
        }

        _decisions[id] = decision;
    }

    private Remembered Decide(Principal principal, string action, string resourceArn, ConditionKeys? keys, string? put)
    {
        var holder = PolicyHolder.Of(resourceArn);
        var request = new AccessRequest(principal, action, resourceArn, _aws, keys, _clock) { ResourceTags = _tags.GetValueOrDefault(holder) };
        if (principal is ServicePrincipal && _deployment.ByReference(holder) is null && !_resourcePolicies.Contains(holder))
        {
            Remark($"{principal.Name}: {holder} is not in this stack: what its policy allows is not known here, so everything is allowed");
            return new(request, null, [], Lasts: true, put);
        }

        var decision = Decide(request, put);
        foreach (var remark in decision.Remarks)
        {
            Remark(remark);
        }

        return new(request, decision.IsAllowed ? null : decision.Message(request), decision.Grants, decision.Lasts, put);
    }

    private sealed record Remembered(AccessRequest Request, string? Message, IReadOnlyList<Grant> Grants, bool Lasts, string? Put);
}
