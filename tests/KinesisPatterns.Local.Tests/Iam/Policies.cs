using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Iam;

namespace KinesisPatterns.Local.Tests.Iam;

/// <summary>Policies and requests as short as tests want them.</summary>
internal static class Policies
{
    public const string Orders = "arn:aws:kinesis:us-east-1:000000000000:stream/orders";
    public const string RoleArn = "arn:aws:iam::000000000000:role/worker";

    public static readonly AwsIdentity Aws = new("000000000000", "us-east-1");

    public static RoleSession Worker { get; } = new(
        new()
        {
            Path = "App/Worker/Role",
            LogicalId = "Worker",
            Name = "worker",
            Arn = RoleArn,
            Trust = Of("""{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "lambda.amazonaws.com" } }"""),
            Policies = [],
            Tags = new Dictionary<string, string> { ["team"] = "blue" },
        },
        "session",
        Aws);

    public static PolicyDocument Of(params string[] statements) =>
        PolicyDocument.Parse("policy", $$"""{ "Version": "2012-10-17", "Statement": [{{string.Join(',', statements)}}] }""");

    public static PolicyDocument Allow(string action, string resource = "*", string conditions = "{}") =>
        Of($$"""{ "Effect": "Allow", "Action": "{{action}}", "Resource": "{{resource}}", "Condition": {{conditions}} }""");

    public static PolicyDocument Deny(string action, string resource = "*", string conditions = "{}") =>
        Of($$"""{ "Effect": "Deny", "Action": "{{action}}", "Resource": "{{resource}}", "Condition": {{conditions}} }""");

    public static PolicyDocument Resource(string effect, string principal, string action = "*", string conditions = "{}") =>
        Of($$"""{ "Effect": "{{effect}}", "Principal": {{principal}}, "Action": "{{action}}", "Resource": "*", "Condition": {{conditions}} }""");

    public static AccessRequest Request(
        string action = "kinesis:PutRecords", string resource = Orders, Principal? principal = null, ConditionKeys? keys = null, TimeProvider? clock = null) =>
        new(principal ?? Worker, action, resource, Aws, keys, clock);

    public static Decision Decide(
        AccessRequest request, PolicyDocument[]? identity = null, PolicyDocument[]? resource = null, PolicyDocument? boundary = null, bool resourceDecides = false) =>
        PolicyEvaluator.Decide(request, identity ?? [], boundary, resource ?? [], resourceDecides);
}
