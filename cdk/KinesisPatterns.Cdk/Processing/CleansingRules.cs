using System.Text.Json;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Cdk;

/// <summary>Which readings are accepted, and what is made of them.</summary>
public sealed partial record CleansingRules
{
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

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex MetricName { get; }

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,128}\z")]
    private static partial Regex DeviceName { get; }

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
