namespace KinesisPatterns.Local.Iam;

/// <summary>The resource whose policy is about a part of it: the bucket of an object, the table of an index.</summary>
internal static class PolicyHolder
{
    public static string Of(string arn)
    {
        var parts = arn.Split(':', 7);
        return parts switch
        {
            ["arn", _, "s3", ..] or ["arn", _, "execute-api", ..] => Before(arn, "/"),
            ["arn", _, "dynamodb", ..] => Before(arn, "/index/"),
            ["arn", _, "lambda", var region, var account, "function", var function] => $"arn:{parts[1]}:lambda:{region}:{account}:function:{function.Split(':')[0]}",
            _ => arn,
        };
    }

    private static string Before(string arn, string mark) =>
        arn.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? arn[..at] : arn;
}
