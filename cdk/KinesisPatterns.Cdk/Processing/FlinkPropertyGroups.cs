namespace KinesisPatterns.Cdk;

/// <summary>What a Flink job is told at run time, within the service's limits.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html</remarks>
internal sealed class FlinkPropertyGroups(Construct at)
{
    private const int Most = 50;
    private const int Longest = 2_048;

    private readonly SortedDictionary<string, SortedDictionary<string, string>> _groups = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, SortedDictionary<string, string>> Groups => _groups;

    public void Add(string group, IReadOnlyDictionary<string, string> properties)
    {
        foreach (var (key, value) in properties)
        {
            Add(group, key, value);
        }
    }

    public void Add(string group, string key, string value)
    {
        EnsureLength($"group '{group}'", "a group's name", group, 50);
        EnsureLength($"{group}: key '{key}'", "a key", key, Longest);
        EnsureLength($"{group}: value of {key}", "a value", value, Longest);

        var properties = _groups.GetValueOrDefault(group) ?? (_groups[group] = new(StringComparer.Ordinal));
        Ensure.That(!properties.ContainsKey(key), at, $"one value for {group}.{key}", "another one");
        properties.Add(key, value);
        Ensure.That(_groups.Count <= Most, at, $"at most {Most} property groups", $"one more, '{group}'");
        Ensure.That(properties.Count <= Most, at, $"at most {Most} keys in {group}", $"one more, '{key}'");
    }

    /// <summary>Adds a property, which may already be there with that value.</summary>
    public void Tell(string group, string key, string value)
    {
        if (_groups.GetValueOrDefault(group)?.GetValueOrDefault(key) != value)
        {
            Add(group, key, value);
        }
    }

    /// <summary>
    /// Whether there is a value for a placeholder, which is a group's name, a dot and a key; a long value may be in parts,
    /// of which the first is key.0.
    /// </summary>
    public bool Has(string placeholder) => _groups.Any(group =>
        placeholder.StartsWith($"{group.Key}.", StringComparison.Ordinal)
        && placeholder[(group.Key.Length + 1)..] is var key
        && (group.Value.ContainsKey(key) || group.Value.ContainsKey($"{key}.0")));

    private void EnsureLength(string what, string kind, string text, int longest)
    {
        var length = Token.IsUnresolved(text) ? 1 : text.Length;
        Ensure.That(
            length >= 1 && length <= longest, at, $"{kind} of 1 to {longest:#,0} characters", $"{length:#,0} ({what})");
    }
}
