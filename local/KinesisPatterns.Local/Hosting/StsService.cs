using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Iam;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Hosting;

/// <summary>The one STS call that tools make to see whether they reach an account.</summary>
internal static class StsService
{
    public static Task GetCallerIdentityAsync(HttpContext context, AwsIdentity aws)
    {
        context.Response.ContentType = "text/xml";
        return context.Response.WriteAsync($"""
            <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <GetCallerIdentityResult>
                <Arn>{context.Caller()?.Principal.Name ?? aws.GlobalArn("iam", "user/local")}</Arn>
                <UserId>AIDALOCAL</UserId>
                <Account>{aws.Account}</Account>
              </GetCallerIdentityResult>
              <ResponseMetadata><RequestId>{Guid.NewGuid()}</RequestId></ResponseMetadata>
            </GetCallerIdentityResponse>
            """);
    }
}
