using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Iam;

/// <summary>Patterns of which one has to match, or none when the element is the negated one.</summary>
internal sealed record Patterns(IReadOnlyList<string> Texts, bool Negated)
{
    public IReadOnlyList<string> Compiled { get; } = [.. Texts.Select(Wildcard.Compile)];
}

/// <summary>One statement of a policy.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html</remarks>
internal sealed class Statement
{
    private Statement(string name, bool allows, Patterns actions, Patterns? resources, PrincipalPatterns? principals, IReadOnlyList<Condition> conditions, bool variables)
    {
        (Name, Allows, Actions, Resources, Principals, Conditions, HasVariables) = (name, allows, actions, resources, principals, conditions, variables);
        Grants = allows && principals is not { IsAccountAlone: true }
            ? [.. from action in Shown(actions) from resource in resources is null ? ["*"] : Shown(resources) select new Grant(this, action, resource)]
            : [];
    }

    /// <summary>Where it stands, for messages.</summary>
    public string Name { get; }

    public bool Allows { get; }

    public Patterns Actions { get; }

    /// <summary>Null in a trust policy, which is about its role.</summary>
    public Patterns? Resources { get; }

    /// <summary>Null in an identity policy, which is about whoever has it.</summary>
    public PrincipalPatterns? Principals { get; }

    public IReadOnlyList<Condition> Conditions { get; }

    /// <summary>Whether <c>${...}</c> is a variable in it.</summary>
    public bool HasVariables { get; }

    /// <summary>What it grants, action by action and resource by resource; nothing when it only leaves the decision to the account's own policies.</summary>
    public IReadOnlyList<Grant> Grants { get; }

    public static Statement Of(string name, JsonNode? node, bool variables)
    {
        var json = node as JsonObject ?? throw new LocalHostException($"{name}: expected an object, got {node?.ToJsonString() ?? "nothing"}");
        foreach (var (element, _) in json)
        {
            if (element is not ("Sid" or "Effect" or "Action" or "NotAction" or "Resource" or "NotResource" or "Principal" or "NotPrincipal" or "Condition"))
            {
                throw new LocalHostException($"{name}: the element {element} is not one of a policy's");
            }
        }

        var effect = (string?)json["Effect"];
        if (effect is not ("Allow" or "Deny"))
        {
            throw new LocalHostException($"{name}: Effect: expected Allow or Deny, got {effect ?? "nothing"}");
        }

        return new(
            name,
            effect == "Allow",
            Either(json, "Action") ?? throw new LocalHostException($"{name}: expected Action or NotAction"),
            Either(json, "Resource"),
            PrincipalPatterns.Of(json),
            Condition.AllOf(name, json["Condition"] as JsonObject ?? []),
            variables);
    }

    internal static IReadOnlyList<string> Texts(JsonNode node) =>
        node is JsonArray many ? [.. many.Select(Json.Text)] : [Json.Text(node)];

    private static Patterns? Either(JsonObject json, string element) =>
        json[element] is { } plain ? new(Texts(plain), Negated: false)
        : json["Not" + element] is { } negated ? new(Texts(negated), Negated: true)
        : null;

    private static IEnumerable<string> Shown(Patterns patterns) =>
        patterns.Negated ? [$"all but {string.Join(", ", patterns.Texts)}"] : patterns.Texts;
}

/// <summary>One action on one resource that a statement allows, and how often requests used it.</summary>
internal sealed class Grant(Statement statement, string action, string resource)
{
    private long _used;
    private AccessRequest? _first;

    public Statement Statement => statement;

    public string Action => action;

    public string Resource => resource;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>The first request that used it.</summary>
    public AccessRequest? First => _first;

    public void Use(AccessRequest request)
    {
        _first ??= request;
        Interlocked.Increment(ref _used);
    }
}
