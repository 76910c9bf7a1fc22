using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Iam;

/// <summary>The access key that a request is signed with: in its Authorization header, or in the query of a presigned URL.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html</remarks>
internal static class AccessKey
{
    private const string Credential = "Credential=";

    /// <summary>The key; empty when the request is not signed.</summary>
    public static ReadOnlySpan<char> Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString().AsSpan();
        var at = header.IndexOf(Credential, StringComparison.Ordinal);
        return at >= 0 ? Before(header[(at + Credential.Length)..], '/')
            : header.StartsWith("AWS ", StringComparison.Ordinal) ? Before(header[4..], ':')
            : request.QueryString.HasValue && request.Query["X-Amz-Credential"].ToString() is { Length: > 0 } query ? Before(query, '/')
            : [];
    }

    private static ReadOnlySpan<char> Before(ReadOnlySpan<char> text, char mark) =>
        text.IndexOf(mark) is >= 0 and var at ? text[..at] : text;
}
