using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Iam;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>One action of one statement of a template, which can be taken out.</summary>
/// <param name="Policy">The logical id of the resource that holds the statement.</param>
/// <param name="Statement">The statement's index.</param>
/// <param name="Action">The action.</param>
public sealed record TemplateGrant(string Policy, int Statement, string Action)
{
    /// <summary>Where the statements of each type of resource are.</summary>
    private static readonly Dictionary<string, string> Documents = new(StringComparer.Ordinal)
    {
        ["AWS::IAM::Policy"] = "PolicyDocument",
        ["AWS::S3::BucketPolicy"] = "PolicyDocument",
        ["AWS::SNS::TopicPolicy"] = "PolicyDocument",
        ["AWS::SQS::QueuePolicy"] = "PolicyDocument",
        ["AWS::KMS::Key"] = "KeyPolicy",
    };

    /// <summary>Every action that a template allows, statement by statement.</summary>
    public static IEnumerable<TemplateGrant> Of(JsonObject template) =>
        from resource in template["Resources"]!.AsObject()
        let document = Documents.GetValueOrDefault((string)resource.Value!["Type"]!)
        where document is not null
        from statement in resource.Value["Properties"]![document]!["Statement"]!.AsArray().Index()
        where (string?)statement.Item!["Effect"] == "Allow"
        from action in Actions(statement.Item)
        select new TemplateGrant(resource.Key, statement.Index, action);

    /// <summary>The template without these.</summary>
    public static JsonObject Without(JsonObject template, params IEnumerable<TemplateGrant> grants)
    {
        var changed = template.DeepClone().AsObject();
        foreach (var grant in grants)
        {
            var resource = changed["Resources"]![grant.Policy]!;
            var statement = resource["Properties"]![Documents[(string)resource["Type"]!]]!["Statement"]![grant.Statement]!;

            // An action that does not exist keeps the statement, and the places of the others, where they are.
            statement["Action"] = new JsonArray([.. Actions(statement).Select(action => (JsonNode)(action == grant.Action ? "none:None" : action))]);
        }

        return changed;
    }

    /// <summary>The same statement as a host that ran it knows it.</summary>
    internal IEnumerable<Grant> In(Authorization authorization, Deployment deployment)
    {
        var name = deployment.Find(Policy)!.Path;
        return authorization.Roles.SelectMany(role => role.Policies).Concat(authorization.ResourcePolicies.Select(p => p.Policy))
            .First(policy => policy.Name == name).Statements[Statement].Grants.Where(grant => grant.Action == Action);
    }

    public override string ToString() => $"{Policy}, statement {Statement + 1}: {Action}";

    private static IEnumerable<string> Actions(JsonNode statement) =>
        statement["Action"] is JsonArray many ? many.Select(action => (string)action!) : [(string)statement["Action"]!];
}
