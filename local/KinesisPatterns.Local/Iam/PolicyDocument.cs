using System.Text.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Iam;

/// <summary>An IAM policy: what its statements allow and deny.</summary>
/// <param name="Name">Whose policy it is, as a report shows it.</param>
/// <param name="Statements">The statements in their order.</param>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html</remarks>
internal sealed record PolicyDocument(string Name, IReadOnlyList<Statement> Statements)
{
    // Variables are variables since this version; before it they were text.
    private const string WithVariables = "2012-10-17";

    public static PolicyDocument Parse(string name, string json)
    {
        try
        {
            return Of(name, JsonNode.Parse(json));
        }
        catch (JsonException error)
        {
            throw new LocalHostException($"{name}: the policy is no JSON: {error.Message}", error);
        }
    }

    public static PolicyDocument Of(string name, JsonNode? document)
    {
        if (document is not JsonObject policy || policy["Statement"] is not { } statements)
        {
            throw new LocalHostException($"{name}: expected a policy with Statement, got {document?.ToJsonString() ?? "nothing"}");
        }

        var variables = (string?)policy["Version"] == WithVariables;
        return new(name, [.. (statements is JsonArray many ? many : [statements.DeepClone()])
            .Select((statement, index) => Statement.Of($"{name}, statement {(string?)statement?["Sid"] ?? $"{index + 1}"}", statement, variables))]);
    }
}
