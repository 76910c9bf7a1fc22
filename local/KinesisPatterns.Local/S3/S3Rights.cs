using KinesisPatterns.Local.Iam;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.S3;

/// <summary>Which action each request of S3 needs, and on what.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html</remarks>
internal static class S3Rights
{
    private const string Service = "s3";

    /// <summary>Fails when the caller may not do what the request is for.</summary>
    public static void Demand(HttpContext context, string bucket, string key)
    {
        if (context.Caller() is not { } caller)
        {
            return;
        }

        var request = context.Request;
        if (bucket.Length == 0)
        {
            caller.Demand("s3:ListAllMyBuckets", "*");
        }
        else if (key.Length == 0 && request.Method == "POST")
        {
            // DeleteObjects: each key is asked for by itself.
        }
        else if (key.Length == 0)
        {
            caller.Demand(OnBucket(request), BucketArn(bucket), Listed(request));
        }
        else
        {
            if (request.Headers["x-amz-copy-source"].ToString() is { Length: > 0 } source)
            {
                Demand(caller, "s3:GetObject", Uri.UnescapeDataString(source).TrimStart('/'));
            }

            Demand(caller, OnObject(request), $"{bucket}/{key}");
        }
    }

    /// <summary>Fails when the caller may not write an object.</summary>
    public static void DemandPut(Caller? caller, string bucket, string key)
    {
        if (caller is not null)
        {
            Demand(caller, "s3:PutObject", $"{bucket}/{key}");
        }
    }

    /// <summary>Fails when the caller may not read an object.</summary>
    public static void DemandGet(Caller? caller, string bucket, string key)
    {
        if (caller is not null)
        {
            Demand(caller, "s3:GetObject", $"{bucket}/{key}");
        }
    }

    /// <summary>Fails when the caller may not delete an object.</summary>
    public static void DemandDelete(Caller? caller, string bucket, string key) =>
        caller?.Demand("s3:DeleteObject", $"{BucketArn(bucket)}/{key}");

    /// <summary>Why the caller may not delete an object; null when it may.</summary>
    public static string? DeleteRefusal(HttpContext context, string bucket, string key) =>
        context.Caller()?.Refusal("s3:DeleteObject", $"{BucketArn(bucket)}/{key}");

    /// <summary>What is said of an object that is not there: who may not list the bucket is not told so.</summary>
    /// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html</remarks>
    public static S3Error Missing(HttpContext context, string bucket) =>
        context.Caller()?.May("s3:ListBucket", BucketArn(bucket)) == false
            ? new(403, "AccessDenied", "Access Denied")
            : new(404, "NoSuchKey", "The specified key does not exist.");

    public static string BucketArn(string bucket) => $"arn:aws:s3:::{bucket}";

    private static void Demand(Caller caller, string action, string path)
    {
        caller.Demand(action, BucketArn(path));
        var bucket = BucketArn(path[..Math.Max(0, path.IndexOf('/', StringComparison.Ordinal))]);

        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        if (action == "s3:PutObject")
        {
            caller.DemandKeyOf(bucket, Service, "kms:GenerateDataKey");
        }
        else if (action == "s3:GetObject")
        {
            caller.DemandKeyOf(bucket, Service, "kms:Decrypt");
        }
    }

    private static string OnBucket(HttpRequest request) => request.Method switch
    {
        "PUT" => "s3:CreateBucket",
        "DELETE" => "s3:DeleteBucket",
        "GET" when request.Query.ContainsKey("location") => "s3:GetBucketLocation",
        "GET" when request.Query.ContainsKey("uploads") => "s3:ListBucketMultipartUploads",
        _ => "s3:ListBucket",
    };

    private static string OnObject(HttpRequest request) => request.Method switch
    {
        "GET" or "HEAD" => "s3:GetObject",
        "DELETE" => request.Query.ContainsKey("uploadId") ? "s3:AbortMultipartUpload" : "s3:DeleteObject",
        _ => "s3:PutObject",
    };

    private static ConditionKeys? Listed(HttpRequest request)
    {
        if (request.Method != "GET")
        {
            return null;
        }

        var keys = new ConditionKeys();
        foreach (var name in (string[])["prefix", "delimiter", "max-keys"])
        {
            keys[$"s3:{name}"] = request.Query[name].ToString() is { Length: > 0 } value ? [value] : null;
        }

        return keys;
    }
}
