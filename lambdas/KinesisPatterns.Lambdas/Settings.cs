using System.Globalization;

namespace KinesisPatterns.Lambdas;

/// <summary>What the stack told a function in environment variables.</summary>
public static class Settings
{
    /// <summary>The variable's value; fails when it is missing or empty.</summary>
    public static string Required(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{name}: expected a value, got nothing.");

    /// <summary>The variable's value as a whole number from <paramref name="minimum"/> to <paramref name="maximum"/>.</summary>
    public static int Number(string name, int minimum, int maximum) =>
        int.TryParse(Required(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        && value >= minimum && value <= maximum
            ? value
            : throw new InvalidOperationException(
                $"{name}: expected a whole number from {minimum} to {maximum}, got '{Required(name)}'.");

    /// <summary>The variable's value as a number from 0 to 1.</summary>
    public static double Share(string name) =>
        double.TryParse(Required(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1
            ? value
            : throw new InvalidOperationException($"{name}: expected a number from 0 to 1, got '{Required(name)}'.");

    /// <summary>The variable's value as an absolute http or https address, to which paths can be added.</summary>
    public static Uri Address(string name) =>
        Uri.TryCreate($"{Required(name).TrimEnd('/')}/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new InvalidOperationException($"{name}: expected an http or https address, got '{Required(name)}'.");
}
