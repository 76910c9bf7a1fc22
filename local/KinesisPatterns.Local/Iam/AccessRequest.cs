using System.Globalization;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>One request as policies see it.</summary>
internal sealed class AccessRequest(Principal principal, string action, string resource, AwsIdentity aws, ConditionKeys? given = null, TimeProvider? clock = null)
{
    // The same for every request of a principal, so that a decision that rests on them may be remembered.
    private static readonly string[] Lasting =
    [
        "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalServiceName", "aws:PrincipalType",
        "aws:RequestedRegion", "aws:ResourceAccount", "aws:SecureTransport", "aws:SourceArn", "aws:SourceAccount", "aws:userid", "aws:username",
        "aws:ViaAWSService", "kms:CallerAccount",
    ];

    // What services tell of a request here, where they do; an absent one is really absent.
    private static readonly string[] OfRequests =
    [
        "aws:CurrentTime", "aws:EpochTime", "aws:SourceIp", "aws:UserAgent", "aws:RequestTag/", "aws:TagKeys", "aws:CalledVia",
        "kms:ViaService", "kms:EncryptionContext:", "kms:EncryptionContextKeys", "kms:GrantIsForAWSResource",
        "s3:prefix", "s3:delimiter", "s3:max-keys", "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-acl",
        "dynamodb:LeadingKeys", "events:source", "events:detail-type", "events:eventBusInvocation", "secretsmanager:SecretId", "secretsmanager:VersionStage", "secretsmanager:VersionId",
        "lambda:FunctionArn", "lambda:EventSourceToken", "sns:Endpoint", "sns:Protocol",
    ];

    public Principal Principal => principal;

    public string Action => action;

    public string Resource => resource;

    public string Account => aws.Account;

    /// <summary>Tags of the resource, which <c>aws:ResourceTag</c> asks for.</summary>
    public IReadOnlyDictionary<string, string>? ResourceTags { get; init; }

    /// <summary>Whether the host knows what AWS would say of a key: one that it does not know is not the same as one that is absent.</summary>
    public static bool IsKnown(string key) => IsLasting(key) || Array.Exists(OfRequests, known =>
        known[^1] is '/' or ':' ? key.StartsWith(known, StringComparison.OrdinalIgnoreCase) : known.Equals(key, StringComparison.OrdinalIgnoreCase));

    public static bool IsLasting(string key) => Array.Exists(Lasting, known => known.Equals(key, StringComparison.OrdinalIgnoreCase))
        || key.StartsWith("aws:PrincipalTag/", StringComparison.OrdinalIgnoreCase) || IsResourceTag(key, out _);

    /// <summary>The values of a key in this request; null when it is not there.</summary>
    public IReadOnlyList<string>? Values(string key) => given?[key] ?? Own(key) switch
    {
        null => null,
        var one => [one],
    };

    private string? Own(string key) => key.ToLowerInvariant() switch
    {
        "aws:principalaccount" => principal is ServicePrincipal ? null : aws.Account,
        "aws:principalarn" => principal switch { RoleSession session => session.Role.Arn, AccountUser user => user.Name, _ => null },
        "aws:principaltype" => principal switch { RoleSession => "AssumedRole", AccountUser => "User", _ => null },
        "aws:principalisawsservice" => principal is ServicePrincipal ? "true" : "false",
        "aws:principalservicename" => (principal as ServicePrincipal)?.Name,
        "aws:userid" => principal switch { RoleSession session => $"AROA{session.Role.Name}:{session.Name[(session.Name.LastIndexOf('/') + 1)..]}", AccountUser => "AIDALOCAL", _ => null },
        "aws:username" => principal is AccountUser ? "local" : null,
        "aws:sourcearn" => (principal as ServicePrincipal)?.SourceArn,
        "aws:sourceaccount" => (principal as ServicePrincipal)?.SourceAccount,
        "aws:requestedregion" => aws.Region,
        "aws:resourceaccount" or "kms:calleraccount" => aws.Account,

        // The endpoint of this machine stands for AWS's, which SDKs reach over TLS.
        "aws:securetransport" => "true",
        "aws:viaawsservice" => "false",
        "aws:currenttime" => Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        "aws:epochtime" => Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        _ when key.StartsWith("aws:PrincipalTag/", StringComparison.OrdinalIgnoreCase) =>
            (principal as RoleSession)?.Role.Tags.GetValueOrDefault(key["aws:PrincipalTag/".Length..]),
        _ when IsResourceTag(key, out var tag) => ResourceTags?.GetValueOrDefault(tag),
        _ => null,
    };

    private DateTimeOffset Now => (clock ?? TimeProvider.System).GetUtcNow();

    // aws:ResourceTag/Owner, and the older s3:ExistingObjectTag and the like are unknown.
    private static bool IsResourceTag(string key, out string tag)
    {
        const string Prefix = "aws:ResourceTag/";
        tag = key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? key[Prefix.Length..] : "";
        return tag.Length > 0;
    }
}
