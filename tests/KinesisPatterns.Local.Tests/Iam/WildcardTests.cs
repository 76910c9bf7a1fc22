using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Local.Iam;

namespace KinesisPatterns.Local.Tests.Iam;

/// <summary>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html</summary>
public sealed class WildcardTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("kinesis:Get*", "kinesis:GetRecords", true)]
    [InlineData("kinesis:Get*", "kinesis:ListShards", false)]
    [InlineData("*Item", "BatchGetItem", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXcYb", false)]
    [InlineData("", "a", false)]
    public void A_pattern_matches_as_policies_write_it(string pattern, string text, bool matches) =>
        Assert.Equal(matches, Wildcard.Matches(pattern, text));

    [Theory]
    [InlineData("*", "arn:aws:s3:::bucket/key", true)]
    [InlineData("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a/b", true)]
    [InlineData("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/a", false)]
    [InlineData("arn:aws:logs:*:*:log-group:one:*", "arn:aws:logs:us-east-1:0:log-group:one:log-stream:x", true)]
    [InlineData("arn:aws:sqs:*:0:queue", "arn:aws:sqs:us-east-1:0:queue", true)]
    [InlineData("arn:aws:sqs", "arn:aws:sqs:us-east-1:0:queue", true)]
    [InlineData("arn:aws:s*:queue", "arn:aws:sqs:us-east-1:0:queue", false)]
    public void A_wildcard_in_an_ARN_stays_within_its_part(string pattern, string arn, bool matches) =>
        Assert.Equal(matches, Wildcard.MatchesArn(Wildcard.Compile(pattern), arn));

    [Fact]
    public void Matching_is_that_of_the_equal_regular_expression() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Texts("ab*?").ToArbitrary(), Texts("ab").ToArbitrary(), (pattern, text) =>
            Wildcard.Matches(pattern, text) == Regex.IsMatch(text, $"^{Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", ".")}$")));

    private static Gen<string> Texts(string characters) =>
        Gen.Elements(characters.ToCharArray()).ArrayOf().Where(text => text.Length < 12).Select(text => new string(text));
}
