using System.Xml.Linq;
using KinesisPatterns.Local.Messaging;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Hosting;

/// <summary>CloudWatch's PutMetricData, which client libraries call beside their work: taken in each protocol, and kept nowhere.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html</remarks>
internal static class MetricDataService
{
    public const string JsonTarget = "GraniteServiceVersion20100801";
    public const string CborPath = "/service/GraniteServiceVersion20100801/operation/PutMetricData";

    private static readonly XNamespace _names = "http://monitoring.amazonaws.com/doc/2010-08-01/";
    private static readonly byte[] _emptyMap = [0xBF, 0xFF];

    public static bool Serves(IFormCollection form) => form["Action"] == "PutMetricData";

    public static Task HandleFormAsync(HttpContext context) => QueryForm.AnswerAsync(context, _names, "PutMetricData");

    public static Task HandleJsonAsync(HttpContext context, string target)
    {
        if (!target.EndsWith(".PutMetricData", StringComparison.Ordinal))
        {
            return AwsJson.ErrorAsync(context, AwsJson.Unknown(target));
        }

        context.Response.ContentType = "application/x-amz-json-1.0";
        return context.Response.WriteAsync("{}", context.RequestAborted);
    }

    // https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
    public static async Task HandleCborAsync(HttpContext context)
    {
        context.Response.ContentType = "application/cbor";
        context.Response.Headers["smithy-protocol"] = "rpc-v2-cbor";
        await context.Response.BodyWriter.WriteAsync(_emptyMap, context.RequestAborted);
    }
}
