using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>One request of an operation and where its answer goes.</summary>
internal sealed class KinesisCall(
    KinesisService service, HttpContext context, string operation, JsonElement request, Utf8JsonWriter response)
{
    public KinesisService Service { get; } = service;

    /// <summary>The answer; nothing written means an empty body.</summary>
    public Utf8JsonWriter Response { get; } = response;

    /// <summary>The stream that the request names.</summary>
    public KinesisStream Stream() => StreamOf(Text("StreamName"), Text("StreamARN"));

    /// <summary>The stream that the request names, which has to take and give records.</summary>
    public KinesisStream ServingStream() => Stream() is { IsServing: true } stream
        ? stream
        : throw KinesisException.NotFound(
            $"Stream {Text("StreamARN") ?? Text("StreamName")} under account {Service.Options.AccountId} not found.");

    public KinesisStream StreamOf(string? name, string? arn)
    {
        if (name is null && arn is null)
        {
            throw KinesisException.InvalidArgument("Must specify either StreamName or StreamARN.");
        }

        new Constraints().Name("StreamName", name ?? "unchecked").Enforce();
        Authorize(arn ?? Service.ArnOf(name!));
        return Service.Find(name, arn);
    }

    public void Authorize(string resourceArn) => Service.Authorize(context, operation, resourceArn);

    public string? Text(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw WrongType(name, "String"),
    };

    public long? Number(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var value) => value,
        _ => throw WrongType(name, "Long"),
    };

    public bool? Flag(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw WrongType(name, "Boolean"),
    };

    public DateTimeOffset? Time(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } seconds => DateTimeOffset.FromUnixTimeMilliseconds(
            (long)Math.Round(seconds.GetDouble() * 1000)),
        _ => throw WrongType(name, "Timestamp"),
    };

    public ReadOnlyMemory<byte>? Blob(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text when text.TryGetBytesFromBase64(out var bytes) =>
            (ReadOnlyMemory<byte>?)bytes,
        _ => throw WrongType(name, "Blob"),
    };

    public IReadOnlyList<string> Texts(string name) => Member(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(
            i => i.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(item => item.GetString()!)],
        _ => throw WrongType(name, "List of strings"),
    };

    public IReadOnlyDictionary<string, string> Tags(string name = "Tags") => Member(name) switch
    {
        null => new Dictionary<string, string>(),
        { ValueKind: JsonValueKind.Object } map when map.EnumerateObject().All(
            p => p.Value.ValueKind == JsonValueKind.String) =>
            map.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!),
        _ => throw WrongType(name, "Map of strings"),
    };

    /// <summary>The members of a structure in the request; null when it is not there.</summary>
    public KinesisCall? Structure(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new(Service, context, operation, value, Response),
        _ => throw WrongType(name, "Structure"),
    };

    /// <summary>A member that must be there.</summary>
    public string Required(string name)
    {
        var text = Text(name);
        new Constraints().Required(name, text).Enforce();
        return text!;
    }

    /// <summary>A whole number that must be there and within bounds.</summary>
    public int Required(string name, int least, int most)
    {
        var number = Number(name);
        new Constraints().Required(name, number).Range(name, number, least, most).Enforce();
        return (int)number!;
    }

    /// <summary>A whole number within bounds.</summary>
    public int Optional(string name, int least, int most, int fallback)
    {
        var number = Number(name);
        new Constraints().Range(name, number, least, most).Enforce();
        return (int)(number ?? fallback);
    }

    private JsonElement? Member(string name) =>
        request.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static KinesisException WrongType(string name, string type) => KinesisException.Serialization(
        string.Create(CultureInfo.InvariantCulture, $"The value of {name} cannot be converted to {type}"));
}
