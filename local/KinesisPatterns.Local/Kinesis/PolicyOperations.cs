using System.Text.Json;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Resource policies: checked for their form, kept and handed out; the host evaluates them where permissions are enforced.</summary>
/// <remarks>https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html</remarks>
internal static class PolicyOperations
{
    private const int LongestPolicy = 20 << 10;

    private static readonly string[] _statement = ["Effect", "Principal", "Action", "Resource"];

    public static void PutResourcePolicy(KinesisCall call)
    {
        var policy = call.Required("Policy");
        new Constraints().Length("Policy", policy, 1, LongestPolicy).Enforce();
        var arn = Existing(call);
        Check(policy, arn);
        call.Service.Policies[arn] = policy;
    }

    public static void GetResourcePolicy(KinesisCall call)
    {
        var arn = Existing(call);
        call.Response.WriteStartObject();
        call.Response.WriteString("Policy", call.Service.Policies.GetValueOrDefault(arn, "{}"));
        call.Response.WriteEndObject();
    }

    public static void DeleteResourcePolicy(KinesisCall call)
    {
        var arn = Existing(call);
        if (!call.Service.Policies.TryRemove(arn, out _))
        {
            throw KinesisException.NotFound($"No resource policy found for resource ARN {arn}");
        }
    }

    private static void Check(string policy, string arn)
    {
        try
        {
            using var document = JsonDocument.Parse(policy);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("Statement", out var statements))
            {
                throw Invalid("it has no Statement");
            }

            foreach (var statement in statements.ValueKind == JsonValueKind.Array ? [.. statements.EnumerateArray()] : new[] { statements })
            {
                if (Array.Find(_statement, name => statement.ValueKind != JsonValueKind.Object || !statement.TryGetProperty(name, out _)) is { } missing)
                {
                    throw Invalid($"a statement has no {missing}");
                }

                if (statement.GetProperty("Effect").ToString() is not ("Allow" or "Deny"))
                {
                    throw Invalid("Effect is neither Allow nor Deny");
                }

                var resource = statement.GetProperty("Resource");
                if ((resource.ValueKind == JsonValueKind.Array ? resource.EnumerateArray().ToList() : [resource]).Exists(r => r.ToString() != arn))
                {
                    throw Invalid($"Resource is not {arn}");
                }
            }
        }
        catch (JsonException error)
        {
            throw Invalid(error.Message);
        }
    }

    private static KinesisException Invalid(string reason) => KinesisException.InvalidArgument($"The policy is not valid: {reason}.");

    private static string Existing(KinesisCall call)
    {
        var arn = call.Required("ResourceARN");
        return arn.Contains("/consumer/", StringComparison.Ordinal)
            ? ConsumerOperations.Find(call, arn).Arn
            : call.StreamOf(null, arn).Arn;
    }
}
