namespace KinesisPatterns.Local.Iam;

/// <summary>Decides on requests within one account: an explicit deny wins, else an identity or a resource policy has to allow.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html</remarks>
internal static class PolicyEvaluator
{
    /// <param name="request">The request.</param>
    /// <param name="identity">The policies of who asks.</param>
    /// <param name="boundary">The most that its policies can allow; null sets no bound.</param>
    /// <param name="resource">The policies of what it asks for.</param>
    /// <param name="resourceDecides">
    /// Whether the resource's policy has to allow by itself, or to leave it to the account, as with KMS keys
    /// (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html) and roles that are taken on.
    /// </param>
    public static Decision Decide(
        AccessRequest request, IReadOnlyList<PolicyDocument> identity, PolicyDocument? boundary, IReadOnlyList<PolicyDocument> resource, bool resourceDecides)
    {
        var search = new Search(request);
        var byIdentity = search.Through(identity, ofResource: false);
        var byBoundary = boundary is null ? null : search.Through([boundary], ofResource: false);
        var byResource = search.Through(resource, ofResource: true);
        return new(
            byIdentity.Denies ? Refusal.DeniedByIdentityPolicy
                : byBoundary?.Denies == true ? Refusal.DeniedByPermissionsBoundary
                : byResource.Denies ? Refusal.DeniedByResourcePolicy
                : Missing(request.Principal, byIdentity, byBoundary, byResource, resourceDecides),
            [.. byIdentity.Grants, .. byResource.Grants],
            search.Lasts,
            search.Remarks);
    }

    private static Refusal? Missing(Principal principal, Findings identity, Findings? boundary, Findings resource, bool resourceDecides) => principal switch
    {
        AccountUser => null,
        ServicePrincipal or AnonymousPrincipal => resource.Allows ? null : Refusal.NoResourcePolicy,
        _ when boundary is { Allows: false } && (identity.Allows || resource.Allows) => Refusal.NoPermissionsBoundary,
        _ when resource.Allows => null,
        _ when resourceDecides && !resource.LeavesToAccount => Refusal.NoResourcePolicy,
        _ => identity.Allows ? null : Refusal.NoIdentityPolicy,
    };

    private sealed class Findings
    {
        public bool Allows { get; set; }

        public bool Denies { get; set; }

        /// <summary>Whether the resource accepts what the account's own policies allow.</summary>
        public bool LeavesToAccount { get; set; }

        public List<Grant> Grants { get; } = [];
    }

    private sealed class Search(AccessRequest request)
    {
        public bool Lasts { get; private set; } = true;

        public List<string> Remarks { get; } = [];

        public Findings Through(IReadOnlyList<PolicyDocument> policies, bool ofResource)
        {
            var findings = new Findings();
            foreach (var statement in policies.SelectMany(policy => policy.Statements))
            {
                var fit = ofResource ? statement.Principals?.Fit(request.Principal, request.Account) ?? PrincipalFit.None : PrincipalFit.Itself;
                if (fit != PrincipalFit.None && IsAbout(statement) && Applies(statement))
                {
                    Take(findings, statement, fit);
                }
            }

            return findings;
        }

        private void Take(Findings findings, Statement statement, PrincipalFit fit)
        {
            if (!statement.Allows)
            {
                findings.Denies = true;
            }
            else if (fit == PrincipalFit.Account)
            {
                findings.LeavesToAccount = true;
            }
            else
            {
                findings.Allows = true;
                findings.Grants.AddRange(statement.Grants.Where(Covers));
            }
        }

        private bool IsAbout(Statement statement) =>
            Matches(statement.Actions, action => Wildcard.MatchesCompiled(action, request.Action, ignoreCase: true), statement, variables: false)
            && (statement.Resources is null || Matches(statement.Resources, IsResource, statement, statement.HasVariables));

        private bool IsResource(string compiled) => Wildcard.MatchesArn(compiled, request.Resource);

        private bool Matches(Patterns patterns, Predicate<string> matches, Statement statement, bool variables)
        {
            var any = false;
            for (var i = 0; i < patterns.Compiled.Count && !any; i++)
            {
                var compiled = variables && patterns.Texts[i].Contains("${", StringComparison.Ordinal) ? Filled(patterns.Texts[i], statement) : patterns.Compiled[i];
                any = compiled is not null && matches(compiled);
            }

            return any != patterns.Negated;
        }

        private string? Filled(string text, Statement statement)
        {
            Lasts = false;
            var filled = PolicyVariables.Fill(text, request);
            if (filled is null)
            {
                Remarks.Add($"{statement.Name}: {text}: a variable in it has no value here, so it matches nothing");
            }

            return filled;
        }

        // Every condition is looked at, so that what a decision rests on does not depend on the order of conditions.
        private bool Applies(Statement statement)
        {
            var applies = true;
            foreach (var condition in statement.Conditions)
            {
                Lasts &= AccessRequest.IsLasting(condition.Key) && !(statement.HasVariables && condition.HasVariables);
                var result = condition.Of(request, statement.HasVariables);
                if (result == ConditionResult.Unknown)
                {
                    Remarks.Add($"{statement.Name}: {condition.Written} of {condition.Key} cannot be judged here, so {(statement.Allows ? "it allows nothing" : "it denies what else it is about")}");
                    result = statement.Allows ? ConditionResult.NotMet : ConditionResult.Met;
                }

                applies &= result == ConditionResult.Met;
            }

            return applies;
        }

        private bool Covers(Grant grant) =>
            (grant.Statement.Actions.Negated || Wildcard.Matches(grant.Action, request.Action, ignoreCase: true))
            && (grant.Statement.Resources is not { Negated: false } || (PolicyVariables.Fill(grant.Resource, request) is { } resource && IsResource(resource)));
    }
}
