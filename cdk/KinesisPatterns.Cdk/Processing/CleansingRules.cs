using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Cdk;

/// <summary>Which readings are accepted, and what is made of them.</summary>
public sealed partial record CleansingRules
{
    // https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html
    private const int MostProperties = 50;
    private const int LongestProperty = 2_048;

    /// <summary>What is known of each metric, by its name.</summary>
    public IReadOnlyDictionary<string, MetricRule> Metrics { get; init; } = new Dictionary<string, MetricRule>();

    /// <summary>What is added to the readings of each device, by the device's name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Devices { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Whether readings of other metrics pass, unchecked.</summary>
    public bool AcceptUnknownMetrics { get; init; }

    /// <summary>Whether readings of other devices pass, with nothing added.</summary>
    public bool AcceptUnknownDevices { get; init; } = true;

    /// <summary>How old a reading may be when it arrives.</summary>
    public Duration MaximumLateness { get; init; } = Duration.Days(1);

    /// <summary>How far in the future a reading may be when it arrives: the error of a device's clock.</summary>
    public Duration MaximumAhead { get; init; } = Duration.Minutes(5);

    /// <summary>For how long a reading is remembered, to tell a duplicate.</summary>
    public Duration DuplicateWindow { get; init; } = Duration.Hours(1);

    /// <summary>The rules as the cleansing engines read them.</summary>
    public string ToJson()
    {
        EnsureValid();
        return JsonSerializer.Serialize(
            new
            {
                Metrics,
                Devices,
                AcceptUnknownMetrics,
                AcceptUnknownDevices,
                MaximumLatenessSeconds = MaximumLateness.ToSeconds(),
                MaximumAheadSeconds = MaximumAhead.ToSeconds(),
                DuplicateWindowSeconds = DuplicateWindow.ToSeconds(),
            },
            CleansingRulesJson.Options);
    }

    /// <summary>
    /// The rules as property groups of a Flink application: expressions of Flink SQL in the group <c>Rules</c>, in parts of
    /// 2,048 characters where they are longer.
    /// </summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html</remarks>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ToFlinkProperties()
    {
        EnsureValid();
        var group = new Dictionary<string, string>();
        foreach (var (name, expression) in CleansingSql.Render(this))
        {
            var parts = Parts(expression);
            for (var part = 0; part < parts.Count; part++)
            {
                group[parts.Count == 1 ? name : $"{name}.{part.ToString(CultureInfo.InvariantCulture)}"] = parts[part];
            }
        }

        Ensure.That(
            group.Count <= MostProperties,
            nameof(CleansingRules),
            $"rules that fit {MostProperties} properties of {LongestProperty} characters (the limit of a Flink application; "
            + "a cleansing function has none)",
            $"{group.Count} properties");
        return new Dictionary<string, IReadOnlyDictionary<string, string>> { ["Rules"] = group };
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex MetricName { get; }

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,128}\z")]
    private static partial Regex DeviceName { get; }

    private static List<string> Parts(string text)
    {
        var parts = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var length = Math.Min(LongestProperty, text.Length - start);

            // Half of a surrogate pair is no text that a template could hold.
            length -= start + length < text.Length && char.IsHighSurrogate(text[start + length - 1]) ? 1 : 0;
            parts.Add(text.Substring(start, length));
            start += length;
        }

        return parts;
    }

    private void EnsureValid()
    {
        foreach (var (name, rule) in Metrics)
        {
            var path = $"{nameof(CleansingRules)}.{nameof(Metrics)}[{name}]";
            Ensure.That(
                MetricName.IsMatch(name), path, "a name of 1 to 64 characters of A-Z a-z 0-9 . _ -", $"'{name}'");
            rule.EnsureValid(path);
        }

        foreach (var (name, tags) in Devices)
        {
            var path = $"{nameof(CleansingRules)}.{nameof(Devices)}[{name}]";
            Ensure.That(
                DeviceName.IsMatch(name), path, "a name of 1 to 128 characters of A-Z a-z 0-9 . _ : -", $"'{name}'");
            foreach (var (tag, value) in tags)
            {
                Ensure.That(tag is not ("" or "device"), path, "tags with a name other than 'device'", $"'{tag}'");
                Ensure.That(value.Length > 0, path, $"a value for tag '{tag}'", "none");
            }
        }
    }
}
