using KinesisPatterns.Local.Iam;
using static KinesisPatterns.Local.Tests.Iam.Policies;

namespace KinesisPatterns.Local.Tests.Iam;

/// <summary>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html</summary>
public sealed class ConditionTests
{
    // s3:prefix stands for any key; "-" is a request without it, and a comma parts several values.
    [Theory]
    [InlineData("StringEquals", "a", "a", true)]
    [InlineData("StringEquals", "a*", "ab", false)]
    [InlineData("StringEquals", "a", "A", false)]
    [InlineData("StringEquals", "a", "-", false)]
    [InlineData("StringEqualsIfExists", "a", "-", true)]
    [InlineData("StringEqualsIfExists", "a", "b", false)]
    [InlineData("StringNotEquals", "a", "b", true)]
    [InlineData("StringNotEquals", "a", "a", false)]
    [InlineData("StringNotEquals", "a", "-", true)]
    [InlineData("StringEqualsIgnoreCase", "a", "A", true)]
    [InlineData("StringNotEqualsIgnoreCase", "a", "A", false)]
    [InlineData("StringLike", "a*", "abc", true)]
    [InlineData("StringLike", "a?", "abc", false)]
    [InlineData("StringNotLike", "a*", "abc", false)]
    [InlineData("StringNotLike", "a*", "b", true)]
    [InlineData("ArnLike", "arn:aws:events:*:*:rule/*", "arn:aws:events:us-east-1:0:rule/r", true)]
    [InlineData("ArnEquals", "arn:aws:events:*:0:rule/r", "arn:aws:events:us-east-1:0:rule/r", true)]
    [InlineData("ArnNotLike", "arn:aws:events:*:*:rule/*", "arn:aws:sns:us-east-1:0:t", true)]
    [InlineData("ArnNotEquals", "arn:aws:sns:us-east-1:0:t", "arn:aws:sns:us-east-1:0:t", false)]
    [InlineData("NumericEquals", "10", "10.0", true)]
    [InlineData("NumericNotEquals", "10", "11", true)]
    [InlineData("NumericLessThan", "10", "9", true)]
    [InlineData("NumericLessThan", "10", "10", false)]
    [InlineData("NumericLessThanEquals", "10", "10", true)]
    [InlineData("NumericGreaterThan", "10", "11", true)]
    [InlineData("NumericGreaterThanEquals", "10", "9", false)]
    [InlineData("NumericEquals", "ten", "10", false)]
    [InlineData("DateLessThan", "2030-01-01T00:00:00Z", "2026-01-01T00:00:00Z", true)]
    [InlineData("DateGreaterThan", "2030-01-01T00:00:00Z", "2026-01-01T00:00:00Z", false)]
    [InlineData("DateGreaterThanEquals", "1767225600", "2026-01-01T00:00:00Z", true)]
    [InlineData("DateLessThanEquals", "1767225600", "2026-01-01T00:00:01Z", false)]
    [InlineData("DateEquals", "1767225600", "2026-01-01T00:00:00Z", true)]
    [InlineData("DateNotEquals", "1767225600", "2026-01-01T00:00:00Z", false)]
    [InlineData("Bool", "true", "TRUE", true)]
    [InlineData("Bool", "true", "false", false)]
    [InlineData("BinaryEquals", "YQ==", "YQ==", true)]
    [InlineData("IpAddress", "10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("IpAddress", "10.0.0.0/8", "11.1.2.3", false)]
    [InlineData("IpAddress", "10.1.2.3", "10.1.2.3", true)]
    [InlineData("IpAddress", "2001:db8::/32", "2001:db8::1", true)]
    [InlineData("NotIpAddress", "10.0.0.0/8", "11.1.2.3", true)]
    [InlineData("Null", "true", "-", true)]
    [InlineData("Null", "false", "-", false)]
    [InlineData("Null", "false", "a", true)]
    [InlineData("ForAllValues:StringEquals", "a", "a,a", true)]
    [InlineData("ForAllValues:StringEquals", "a", "a,b", false)]
    [InlineData("ForAllValues:StringEquals", "a", "-", true)]
    [InlineData("ForAnyValue:StringEquals", "a", "a,b", true)]
    [InlineData("ForAnyValue:StringEquals", "a", "b,c", false)]
    [InlineData("ForAnyValue:StringEquals", "a", "-", false)]
    [InlineData("ForAnyValue:StringNotEquals", "a", "a,b", true)]
    [InlineData("ForAllValues:StringLikeIfExists", "a*", "ab,b", false)]
    public void An_operator_compares_as_AWS_documents_it(string comparison, string wanted, string given, bool met)
    {
        var keys = given == "-" ? null : new ConditionKeys("s3:prefix", given.Split(','));

        var decision = Decide(Request(keys: keys), [Allow("*", "*", $$"""{ "{{comparison}}": { "s3:prefix": "{{wanted}}" } }""")]);

        Assert.Equal(met, decision.IsAllowed);
        Assert.Empty(decision.Remarks);
    }

    [Fact]
    public void Any_value_of_a_key_and_every_key_and_operator_has_to_fit()
    {
        const string Conditions = """{ "StringEquals": { "s3:prefix": ["a", "b"], "s3:delimiter": "/" }, "Bool": { "aws:SecureTransport": "true" } }""";
        ConditionKeys Keys(string prefix, string delimiter) => new("s3:prefix", prefix) { ["s3:delimiter"] = [delimiter] };

        Assert.True(Decide(Request(keys: Keys("b", "/")), [Allow("*", "*", Conditions)]).IsAllowed);
        Assert.False(Decide(Request(keys: Keys("c", "/")), [Allow("*", "*", Conditions)]).IsAllowed);
        Assert.False(Decide(Request(keys: Keys("b", ":")), [Allow("*", "*", Conditions)]).IsAllowed);
    }

    [Theory]
    [InlineData("StringEquals", "aws:PrincipalTag/team", "blue", true)]
    [InlineData("ArnEquals", "aws:PrincipalArn", RoleArn, true)]
    [InlineData("StringEquals", "aws:PrincipalAccount", "000000000000", true)]
    [InlineData("Bool", "aws:PrincipalIsAWSService", "false", true)]
    [InlineData("StringEquals", "aws:RequestedRegion", "us-east-1", true)]
    [InlineData("StringEquals", "s3:prefix", "${aws:PrincipalTag/team}", true)]
    [InlineData("StringLike", "s3:prefix", "${*}", false)]
    public void The_request_knows_who_makes_it(string comparison, string key, string wanted, bool met) => Assert.Equal(
        met, Decide(Request(keys: new("s3:prefix", "blue")), [Allow("*", "*", $$"""{ "{{comparison}}": { "{{key}}": "{{wanted}}" } }""")]).IsAllowed);

    [Theory]
    [InlineData("StringResembles", "s3:prefix")]
    [InlineData("StringEquals", "aws:SourceVpce")]
    public void What_cannot_be_judged_allows_nothing_and_denies_and_is_said(string comparison, string key)
    {
        var condition = $$"""{ "{{comparison}}": { "{{key}}": "a" } }""";

        var allowed = Decide(Request(), [Allow("*", "*", condition)]);
        var denied = Decide(Request(), [Allow("*"), Deny("*", "*", condition)]);

        Assert.Equal((Refusal.NoIdentityPolicy, Refusal.DeniedByIdentityPolicy), (allowed.Refusal, denied.Refusal));
        Assert.All([allowed, denied], decision => Assert.Contains($"{comparison} of {key} cannot be judged here", Assert.Single(decision.Remarks), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{ "StringEquals": { "aws:PrincipalTag/team": "red" } }""", true)]
    [InlineData("""{ "StringEquals": { "s3:prefix": "a" } }""", false)]
    [InlineData("""{ "DateLessThan": { "aws:CurrentTime": "2030-01-01T00:00:00Z" } }""", false)]
    [InlineData("""{ "StringEquals": { "aws:PrincipalTag/team": "${s3:prefix}" } }""", false)]
    public void A_decision_lasts_unless_it_rests_on_something_of_one_request(string conditions, bool lasts) =>
        Assert.Equal(lasts, Decide(Request(), [Allow("*", "*", conditions)]).Lasts);
}
