using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Iam;

/// <summary>What a condition says of a request.</summary>
internal enum ConditionResult
{
    Met,
    NotMet,

    /// <summary>The host cannot tell: nothing is allowed by it, and what it denies is denied.</summary>
    Unknown,
}

/// <summary>One operator with one key and its values.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
/// </remarks>
internal sealed class Condition
{
    private const string IfExists = "IfExists";
    private const string All = "ForAllValues:";
    private const string Any = "ForAnyValue:";

    private readonly bool _ifExists;
    private readonly bool _all;
    private readonly bool _any;
    private readonly ConditionOperator? _operator;
    private readonly IReadOnlyList<string> _values;

    private Condition(string written, string key, IReadOnlyList<string> values)
    {
        (Written, Key, _values) = (written, key, values);
        var name = written;
        _all = name.StartsWith(All, StringComparison.OrdinalIgnoreCase);
        _any = name.StartsWith(Any, StringComparison.OrdinalIgnoreCase);
        name = _all ? name[All.Length..] : _any ? name[Any.Length..] : name;
        _ifExists = name.EndsWith(IfExists, StringComparison.OrdinalIgnoreCase);
        _operator = ConditionOperator.Find(_ifExists ? name[..^IfExists.Length] : name);
    }

    public string Key { get; }

    public bool HasVariables => _values.Any(value => value.Contains("${", StringComparison.Ordinal));

    /// <summary>The operator as the policy writes it.</summary>
    public string Written { get; }

    public static IReadOnlyList<Condition> AllOf(string statement, JsonObject conditions) =>
    [
        .. from block in conditions
           from one in block.Value as JsonObject ?? throw new LocalHostException($"{statement}: Condition: expected an object for {block.Key}")
           select new Condition(block.Key, one.Key, Statement.Texts(one.Value ?? throw new LocalHostException($"{statement}: Condition: no value for {one.Key}"))),
    ];

    public ConditionResult Of(AccessRequest request, bool variables)
    {
        var given = request.Values(Key);
        if (_operator is null || (given is null && !AccessRequest.IsKnown(Key)))
        {
            return ConditionResult.Unknown;
        }

        return Met(given, request, variables) switch { true => ConditionResult.Met, false => ConditionResult.NotMet };
    }

    private bool Met(IReadOnlyList<string>? given, AccessRequest request, bool variables)
    {
        if (_operator!.IsNull)
        {
            return _values.Any(value => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase) == (given is null));
        }

        if (given is null or [])
        {
            // Absent: IfExists and ForAllValues let it pass, and so does what only asks for something else.
            return _ifExists || _all || (_operator.IsNegated && !_any);
        }

        var wanted = _values.Select(value => variables ? PolicyVariables.Fill(value, request) : Wildcard.Compile(value)).OfType<string>().ToList();
        bool Passes(string value) => wanted.Exists(pattern => _operator.Matches(pattern, value)) != _operator.IsNegated;
        return _all ? given.All(Passes) : _any || !_operator.IsNegated ? given.Any(Passes) : given.All(Passes);
    }
}
