using System.Text.Json;
using Amazon.CDK.Assertions;

namespace KinesisPatterns.Cdk.Tests;

/// <summary>Asks a stack's template.</summary>
internal static class Synth
{
    /// <summary>There is such a resource with at least these properties; null means absent.</summary>
    public static void ShouldHave(this Stack stack, string type, string properties) =>
        Template.FromStack(stack).HasResourceProperties(type, Expected(properties));

    /// <summary>There is such a resource, of which this is so: properties, metadata, deletion policy.</summary>
    public static void ShouldHaveResource(this Stack stack, string type, string resource) =>
        Template.FromStack(stack).HasResource(type, Expected(resource));

    public static void ShouldCount(this Stack stack, string type, int count) =>
        Template.FromStack(stack).ResourceCountIs(type, count);

    /// <summary>The whole template as JSON.</summary>
    public static JsonElement Json(this Stack stack) =>
        JsonSerializer.SerializeToElement(Template.FromStack(stack).ToJSON());

    /// <summary>The only resource of this type.</summary>
    public static JsonElement Only(this Stack stack, string type) => Assert.Single(stack.All(type));

    public static JsonElement[] All(this Stack stack, string type) =>
    [
        .. stack.Json().GetProperty("Resources").EnumerateObject()
            .Select(resource => resource.Value)
            .Where(resource => resource.GetProperty("Type").GetString() == type),
    ];

    /// <summary>Every action that identities are allowed, in the order of the template.</summary>
    public static string[] AllowedActions(this Stack stack) =>
    [
        .. stack.All("AWS::IAM::Policy")
            .Select(policy => policy.GetProperty("Properties").GetProperty("PolicyDocument"))
            .SelectMany(document => document.GetProperty("Statement").EnumerateArray())
            .SelectMany(statement => OneOrMany(statement.GetProperty("Action"))),
    ];

    /// <summary>What the alarms watch: metric, statistic and dimensions, by metric.</summary>
    public static IEnumerable<(string Metric, string Statistic, string Dimensions)> AlarmedMetrics(this Stack stack) =>
        stack.All("AWS::CloudWatch::Alarm")
            .Select(alarm => alarm.GetProperty("Properties"))
            .Select(alarm => (
                alarm.GetProperty("MetricName").GetString()!,
                alarm.GetProperty("Statistic").GetString()!,
                alarm.GetProperty("Dimensions").GetRawText()))
            .Order();

    /// <summary>Fails when the message is not "path: expected ..., got ...".</summary>
    public static void ShouldFail(string message, Action define) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(define).Message);

    private static IEnumerable<string> OneOrMany(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array
            ? json.EnumerateArray().Select(one => one.GetString()!)
            : [json.GetString()!];

    private static Matcher Expected(string json) =>
        Match.ObjectLike((IDictionary<string, object>)Value(JsonDocument.Parse(json).RootElement));

    private static object Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object =>
            json.EnumerateObject().ToDictionary(member => member.Name, member => Value(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().Select(Value).ToArray(),
        JsonValueKind.String => json.GetString()!,
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.Null => Match.Absent(),
        _ => json.GetBoolean(),
    };
}
