using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace KinesisPatterns.Cdk;

/// <summary>Rejects, where it is written, what AWS would reject at deployment: path, expected, got.</summary>
internal static class Ensure
{
    public static void InRange(
        IConstruct at, double? value, double minimum, double maximum,
        [CallerArgumentExpression(nameof(value))] string name = "")
    {
        var outside = value < minimum || value > maximum;
        That(!outside, at, Range(name, Text(minimum), Text(maximum)), Text(value ?? 0));
    }

    public static void InRange(
        IConstruct at, Duration? value, Duration minimum, Duration maximum,
        [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value is null || value.IsUnresolved())
        {
            return;
        }

        var got = value.ToMilliseconds();
        var outside = got < minimum.ToMilliseconds() || got > maximum.ToMilliseconds();
        That(!outside, at, Range(name, minimum.ToHumanString(), maximum.ToHumanString()), value.ToHumanString());
    }

    public static void InRange(
        IConstruct at, Size? value, Size minimum, Size maximum,
        [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value is null || value.IsUnresolved())
        {
            return;
        }

        var got = value.ToBytes();
        var outside = got < minimum.ToBytes() || got > maximum.ToBytes();
        That(!outside, at, Range(name, Text(minimum), Text(maximum)), Text(value));
    }

    public static void That([DoesNotReturnIf(false)] bool met, IConstruct at, string expected, string got) =>
        That(met, at.Node.Path, expected, got);

    public static void That([DoesNotReturnIf(false)] bool met, string path, string expected, string got)
    {
        if (!met)
        {
            throw new ArgumentException($"{path}: expected {expected}, got {got}");
        }
    }

    private static string Range(string name, string minimum, string maximum) =>
        $"{name[(name.LastIndexOf('.') + 1)..]} of {minimum} to {maximum}";

    private static string Text(double number) => number.ToString("#,0.###", CultureInfo.InvariantCulture);

    private static string Text(Size size) => $"{Text(size.ToBytes() / 1024)} KiB";
}
