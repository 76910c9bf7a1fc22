using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Local.Iam;
using static KinesisPatterns.Local.Tests.Iam.Policies;

namespace KinesisPatterns.Local.Tests.Iam;

/// <summary>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html</summary>
public sealed class EvaluationTests
{
    private const string User = "User: arn:aws:sts::000000000000:assumed-role/worker/session is not authorized to perform: kinesis:PutRecords";

    [Fact]
    public void Nothing_is_allowed_by_default()
    {
        var request = Request();

        var decision = Decide(request);

        Assert.Equal(
            $"{User} on resource: {Orders} because no identity-based policy allows the kinesis:PutRecords action",
            decision.Message(request));
    }

    [Theory]
    [InlineData("kinesis:PutRecords", true)]
    [InlineData("KINESIS:putrecords", true)]
    [InlineData("kinesis:Put*", true)]
    [InlineData("kinesis:PutRecord?", true)]
    [InlineData("kinesis:PutRecord", false)]
    [InlineData("firehose:*", false)]
    public void An_action_is_matched_whatever_its_case(string action, bool allowed) =>
        Assert.Equal(allowed, Decide(Request(), [Allow(action)]).IsAllowed);

    [Theory]
    [InlineData(Orders, true)]
    [InlineData("arn:aws:kinesis:*:*:stream/*", true)]
    [InlineData("arn:aws:kinesis:us-east-1:000000000000:stream/Orders", false)]
    [InlineData("arn:aws:kinesis:${aws:RequestedRegion}:${aws:PrincipalAccount}:stream/orders", true)]
    [InlineData("arn:aws:kinesis:us-east-1:000000000000:stream/${aws:PrincipalTag/team}", false)]
    [InlineData("arn:aws:kinesis:us-east-1:000000000000:stream/${aws:PrincipalTag/none, 'orders'}", true)]
    [InlineData("arn:aws:kinesis:us-east-1:000000000000:stream/${aws:PrincipalTag/none}", false)]
    public void A_resource_is_matched_with_its_variables_filled_in(string resource, bool allowed) =>
        Assert.Equal(allowed, Decide(Request(), [Allow("kinesis:*", resource)]).IsAllowed);

    [Theory]
    [InlineData("NotAction", "kinesis:PutRecords", false)]
    [InlineData("NotAction", "kinesis:GetRecords", true)]
    public void NotAction_is_everything_else(string element, string action, bool allowed) =>
        Assert.Equal(allowed, Decide(Request(), [Of($$"""{ "Effect": "Allow", "{{element}}": "{{action}}", "Resource": "*" }""")]).IsAllowed);

    [Theory]
    [InlineData(Orders, false)]
    [InlineData("arn:aws:kinesis:*:*:stream/payments", true)]
    public void NotResource_is_everything_else(string resource, bool allowed) =>
        Assert.Equal(allowed, Decide(Request(), [Of($$"""{ "Effect": "Allow", "Action": "*", "NotResource": ["{{resource}}"] }""")]).IsAllowed);

    [Fact]
    public void An_explicit_deny_wins_and_the_answer_says_where_it_stands()
    {
        var request = Request();

        Assert.Equal(
            $"{User} on resource: {Orders} with an explicit deny in an identity-based policy",
            Decide(request, [Allow("*"), Deny("kinesis:Put*")]).Message(request));
        Assert.Equal(
            $"{User} on resource: {Orders} with an explicit deny in a resource-based policy",
            Decide(request, [Allow("*")], [Resource("Deny", "\"*\"")]).Message(request));
        Assert.Equal(
            $"{User} on resource: {Orders} with an explicit deny in a permissions boundary",
            Decide(request, [Allow("*")], boundary: Deny("*")).Message(request));
    }

    [Fact]
    public void A_boundary_limits_what_policies_allow()
    {
        var request = Request();

        Assert.True(Decide(request, [Allow("*")], boundary: Allow("kinesis:*")).IsAllowed);
        Assert.Equal(
            $"{User} on resource: {Orders} because no permissions boundary allows the kinesis:PutRecords action",
            Decide(request, [Allow("*")], boundary: Allow("s3:*")).Message(request));
    }

    [Theory]
    [InlineData("""{ "AWS": "arn:aws:iam::000000000000:role/worker" }""", true)]
    [InlineData("""{ "AWS": "arn:aws:sts::000000000000:assumed-role/worker/session" }""", true)]
    [InlineData("""{ "AWS": "*" }""", true)]
    [InlineData("\"*\"", true)]
    [InlineData("""{ "AWS": "arn:aws:iam::000000000000:role/other" }""", false)]
    [InlineData("""{ "AWS": "arn:aws:iam::000000000000:root" }""", false)]
    [InlineData("""{ "Service": "lambda.amazonaws.com" }""", false)]
    public void A_resource_policy_that_names_the_role_is_enough_within_an_account(string principal, bool allowed) =>
        Assert.Equal(allowed, Decide(Request(), resource: [Resource("Allow", principal)]).IsAllowed);

    [Theory]
    [InlineData("arn:aws:iam::000000000000:root")]
    [InlineData("000000000000")]
    public void A_deny_for_the_account_is_one_for_all_in_it(string account) =>
        Assert.Equal(Refusal.DeniedByResourcePolicy, Decide(Request(), [Allow("*")], [Resource("Deny", $$"""{ "AWS": "{{account}}" }""")]).Refusal);

    [Theory]
    [InlineData("arn:aws:iam::000000000000:role/worker", true)]
    [InlineData("arn:aws:iam::000000000000:role/other", false)]
    public void NotPrincipal_spares_whom_it_names(string spared, bool allowed) => Assert.Equal(allowed, Decide(
        Request(), [Allow("*")], [Of($$"""{ "Effect": "Deny", "NotPrincipal": { "AWS": "{{spared}}" }, "Action": "*", "Resource": "*" }""")]).IsAllowed);

    [Fact]
    public void A_key_is_used_by_those_its_own_policy_names_or_leaves_to_the_account()
    {
        const string Key = "arn:aws:kms:us-east-1:000000000000:key/k";
        var root = Resource("Allow", """{ "AWS": "arn:aws:iam::000000000000:root" }""", "kms:*");
        var request = Request("kms:Decrypt", Key);

        Assert.True(Decide(request, [Allow("kms:Decrypt", Key)], [root], resourceDecides: true).IsAllowed);
        Assert.Equal(Refusal.NoIdentityPolicy, Decide(request, [], [root], resourceDecides: true).Refusal);
        Assert.Equal(Refusal.NoResourcePolicy, Decide(request, [Allow("*")], [Resource("Allow", """{ "Service": "sns.amazonaws.com" }""")], resourceDecides: true).Refusal);
        Assert.True(Decide(request, [], [Resource("Allow", $$"""{ "AWS": "{{RoleArn}}" }""")], resourceDecides: true).IsAllowed);
    }

    [Fact]
    public void A_key_may_ask_through_which_service_it_is_used()
    {
        var policy = Allow("kms:Decrypt", "*", """{ "StringEquals": { "kms:ViaService": "kinesis.us-east-1.amazonaws.com" } }""");
        AccessRequest Via(string service) => Request("kms:Decrypt", keys: new(ConditionKeys.ViaService, $"{service}.us-east-1.amazonaws.com"));

        Assert.True(Decide(Via("kinesis"), [policy]).IsAllowed);
        Assert.False(Decide(Via("s3"), [policy]).IsAllowed);
        Assert.False(Decide(Request("kms:Decrypt"), [policy]).IsAllowed);
    }

    [Fact]
    public void A_service_is_allowed_by_resource_policies_alone()
    {
        var events = new ServicePrincipal("events.amazonaws.com", "arn:aws:events:us-east-1:000000000000:rule/r", Aws.Account);
        var request = Request("sns:Publish", "arn:aws:sns:us-east-1:000000000000:t", events);
        const string Events = """{ "Service": "events.amazonaws.com" }""";

        Assert.True(Decide(request, resource: [Resource("Allow", Events, "sns:Publish")]).IsAllowed);
        Assert.True(Decide(request, resource: [Resource("Allow", Events, "sns:Publish", """{ "ArnEquals": { "aws:SourceArn": "arn:aws:events:*:*:rule/r" } }""")]).IsAllowed);
        Assert.False(Decide(request, resource: [Resource("Allow", Events, "sns:Publish", """{ "ArnEquals": { "aws:SourceArn": "arn:aws:events:*:*:rule/s" } }""")]).IsAllowed);
        Assert.Equal(Refusal.NoResourcePolicy, Decide(request, [Allow("*")]).Refusal);
    }

    [Fact]
    public void The_developer_may_do_what_no_policy_denies()
    {
        var request = Request(principal: new AccountUser(Aws));

        Assert.True(Decide(request).IsAllowed);
        Assert.False(Decide(request, resource: [Resource("Deny", "\"*\"")]).IsAllowed);
    }

    [Fact]
    public void A_role_is_taken_on_by_whom_its_trust_policy_names()
    {
        Assert.True(Worker.Role.IsAssumedBy("lambda.amazonaws.com", "arn:aws:lambda:us-east-1:000000000000:function:f", Aws));
        Assert.False(Worker.Role.IsAssumedBy("firehose.amazonaws.com", "arn:aws:firehose:us-east-1:000000000000:deliverystream/d", Aws));
    }

    [Theory]
    [InlineData("""{ "Statement": [{ "Effect": "Maybe", "Action": "*", "Resource": "*" }] }""", "Effect: expected Allow or Deny, got Maybe")]
    [InlineData("""{ "Statement": [{ "Effect": "Allow", "Resource": "*" }] }""", "expected Action or NotAction")]
    [InlineData("""{ "Statement": [{ "Effect": "Allow", "Action": "*", "Ressource": "*" }] }""", "the element Ressource is not one of a policy's")]
    [InlineData("""{ "Version": "2012-10-17" }""", "expected a policy with Statement")]
    [InlineData("no JSON", "the policy is no JSON")]
    public void A_policy_that_IAM_would_refuse_is_an_error(string policy, string message) =>
        Assert.Contains(message, Assert.Throws<LocalHostException>(() => PolicyDocument.Parse("policy", policy)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_further_allow_takes_nothing_away_and_a_further_deny_adds_nothing() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Statements().ToArbitrary(), Statements().ToArbitrary(), (policies, more) =>
        {
            var before = Decide(Request(), policies).IsAllowed;
            var allows = more.Where(p => p.Statements[0].Allows).ToArray();
            var denies = more.Where(p => !p.Statements[0].Allows).ToArray();
            return (!before || Decide(Request(), [.. policies, .. allows]).IsAllowed)
                && (before || !Decide(Request(), [.. policies, .. denies]).IsAllowed);
        }));

    [Fact]
    public void The_order_of_statements_does_not_matter() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Statements().ToArbitrary(), policies =>
            Decide(Request(), policies).Refusal == Decide(Request(), [.. policies.Reverse()]).Refusal));

    private static Gen<PolicyDocument[]> Statements()
    {
        var statement =
            from effect in Gen.Elements("Allow", "Deny")
            from actionElement in Gen.Elements("Action", "NotAction")
            from action in Gen.Elements("*", "kinesis:*", "kinesis:Put*", "kinesis:PutRecords", "s3:GetObject")
            from resourceElement in Gen.Elements("Resource", "NotResource")
            from resource in Gen.Elements("*", Orders, "arn:aws:s3:::bucket/*")
            from condition in Gen.Elements("{}", """{ "Bool": { "aws:SecureTransport": "true" } }""", """{ "StringEquals": { "aws:PrincipalTag/team": "red" } }""")
            select Of($$"""{ "Effect": "{{effect}}", "{{actionElement}}": "{{action}}", "{{resourceElement}}": "{{resource}}", "Condition": {{condition}} }""");
        return statement.ArrayOf().Where(policies => policies.Length < 6);
    }
}
