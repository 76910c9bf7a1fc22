using System.Globalization;

namespace KinesisPatterns.Blueprints;

/// <summary>The settings that a user gives one stack on the command line: <c>-c Stack:key=value</c>.</summary>
internal sealed class Context(Node node, string stack)
{
    public string? Text(string key) => node.TryGetContext($"{stack}:{key}") is { } value
        ? Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;

    public string? Email(string key) => Text(key) switch
    {
        null => null,
        var text when text.Split('@') is [{ Length: > 0 }, { Length: > 0 }] && !text.Any(char.IsWhiteSpace) => text,
        _ => throw Wrong(key, "an address such as name@example.com"),
    };

    public ArgumentException Wrong(string key, string expected) =>
        new($"context {stack}:{key}: expected {expected}, got {Text(key) ?? "nothing"}");

    public bool Flag(string key) => Text(key) switch
    {
        null => false,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw new ArgumentException($"context {stack}:{key}: expected true or false, got {text}"),
    };

    public T OneOf<T>(string key, T otherwise) where T : struct, Enum => Text(key) switch
    {
        null => otherwise,
        var text when Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
            => Enum.Parse<T>(name),
        var text => throw new ArgumentException(
            $"context {stack}:{key}: expected {string.Join(" or ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}, got {text}"),
    };

    public Duration? Seconds(string key) => Text(key) switch
    {
        null => null,
        var text when double.TryParse(text, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < 1e9 => Duration.Seconds(seconds),
        var text => throw new ArgumentException($"context {stack}:{key}: expected seconds of 0 or more, got {text}"),
    };

    public double? Share(string key) => Text(key) switch
    {
        null => null,
        var text when double.TryParse(text, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 => share,
        var text => throw new ArgumentException($"context {stack}:{key}: expected a number of 0 to 1, got {text}"),
    };

    public int? Whole(string key, int minimum, int maximum) => Text(key) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum => number,
        var text => throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture,
            $"context {stack}:{key}: expected a whole number of {minimum:#,0} to {maximum:#,0}, got {text}")),
    };
}
