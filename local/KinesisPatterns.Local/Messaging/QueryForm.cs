using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using KinesisPatterns.Local.Hosting;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Messaging;

/// <summary>AWS's query protocol: a form whose names are paths, answered in XML.</summary>
/// <remarks>https://smithy.io/2.0/aws/protocols/aws-query-protocol.html</remarks>
internal static class QueryForm
{
    private static readonly string[] _envelope = ["Action", "Version"];

    /// <summary>The form as JSON: <c>a.b.1.c</c> becomes an object in a list in an object.</summary>
    public static JsonObject Read(IFormCollection form)
    {
        var root = new JsonObject();
        foreach (var (name, value) in form.Where(field => !_envelope.Contains(field.Key)))
        {
            var path = name.Split('.');
            var at = root;
            foreach (var part in path[..^1])
            {
                at[part] ??= new JsonObject();
                at = at[part] as JsonObject ?? throw new AwsJsonError("MalformedInput", $"{name}: both a value and a structure");
            }

            at[path[^1]] = value.ToString();
        }

        return root;
    }

    /// <summary>The items of a list, in the order of their numbers.</summary>
    public static IEnumerable<JsonNode> Items(JsonNode? numbered) => numbered is JsonObject list
        ? list.Where(item => int.TryParse(item.Key, CultureInfo.InvariantCulture, out _))
            .OrderBy(item => int.Parse(item.Key, CultureInfo.InvariantCulture)).Select(item => item.Value!.DeepClone())
        : [];

    /// <summary>The entries of a map.</summary>
    public static JsonObject Map(JsonNode? numbered, string key = "Name", string value = "Value") => new(
        Items(numbered).Select(entry => KeyValuePair.Create((string?)entry[key] ?? "", entry[value]?.DeepClone())));

    public static Task AnswerAsync(HttpContext context, XNamespace names, string action, params object?[] result)
    {
        var content = new XElement(names + $"{action}Response",
            new XElement(names + $"{action}Result", result),
            new XElement(names + "ResponseMetadata", new XElement(names + "RequestId", Guid.NewGuid().ToString())));
        return WriteAsync(context, 200, content);
    }

    public static Task ErrorAsync(HttpContext context, XNamespace names, string code, string message, int status = 400) => WriteAsync(context, status, new XElement(
        names + "ErrorResponse",
        new XElement(names + "Error", new XElement(names + "Type", "Sender"), new XElement(names + "Code", code), new XElement(names + "Message", message)),
        new XElement(names + "RequestId", Guid.NewGuid().ToString())));

    private static Task WriteAsync(HttpContext context, int status, XElement content)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/xml";
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        return context.Response.WriteAsync(content.ToString(SaveOptions.DisableFormatting), context.RequestAborted);
    }
}
