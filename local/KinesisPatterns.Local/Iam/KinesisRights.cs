using KinesisPatterns.Local.Kinesis;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Iam;

/// <summary>Which rights the operations of Kinesis need: the action on the stream or consumer, and the stream's own key.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html and
/// https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
/// </remarks>
internal static class KinesisRights
{
    private const string Service = "kinesis";

    /// <summary>Why a request is refused; null when it is not.</summary>
    public static string? Refusal(KinesisService kinesis, HttpContext context, string action, string resourceArn)
    {
        if (context.Caller() is not { } caller)
        {
            return null;
        }

        return caller.Refusal(action, resourceArn)
            ?? (KeyRefusal(kinesis, caller, action, resourceArn) is { } refusal ? throw new KinesisException("KMSAccessDeniedException", refusal) : null);
    }

    /// <summary>Why a role may not read a stream; null when it may.</summary>
    public static string? ReadRefusal(Caller caller, KinesisStream stream) =>
        caller.Refusal("kinesis:GetRecords", stream.Arn) ?? caller.KeyRefusal(stream.Settings.KeyId, Service, "kms:Decrypt");

    /// <summary>Why a role may not find the shards of a stream and read them; null when it may.</summary>
    public static string? ConsumerRefusal(Caller caller, KinesisStream stream) =>
        caller.Refusal("kinesis:ListShards", stream.Arn) ?? caller.Refusal("kinesis:GetShardIterator", stream.Arn) ?? ReadRefusal(caller, stream);

    /// <summary>Why a role may not put records on a stream; null when it may.</summary>
    public static string? WriteRefusal(Caller caller, KinesisStream stream) =>
        caller.Refusal("kinesis:PutRecords", stream.Arn) ?? caller.KeyRefusal(stream.Settings.KeyId, Service, "kms:GenerateDataKey");

    private static string? KeyRefusal(KinesisService kinesis, Caller caller, string action, string resourceArn)
    {
        var key = action switch
        {
            "kinesis:PutRecord" or "kinesis:PutRecords" => "kms:GenerateDataKey",
            "kinesis:GetRecords" or "kinesis:SubscribeToShard" => "kms:Decrypt",
            _ => null,
        };
        return key is null || kinesis.TryGet(resourceArn)?.Settings.KeyId is not { } id ? null : caller.KeyRefusal(id, Service, key);
    }
}
