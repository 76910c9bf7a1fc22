namespace KinesisPatterns.Local.Kinesis;

/// <summary>Resource policies: kept and handed out, not evaluated here.</summary>
internal static class PolicyOperations
{
    public static void PutResourcePolicy(KinesisCall call)
    {
        var policy = call.Required("Policy");
        var arn = Existing(call);
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

    private static string Existing(KinesisCall call)
    {
        var arn = call.Required("ResourceARN");
        return arn.Contains("/consumer/", StringComparison.Ordinal)
            ? ConsumerOperations.Find(call, arn).Arn
            : call.StreamOf(null, arn).Arn;
    }
}
