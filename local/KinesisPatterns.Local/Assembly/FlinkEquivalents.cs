using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Assembly;

/// <summary>
/// Puts, in the place of a Flink job, the function that its stack names as the job's equivalent, and a mapping that hands it
/// the job's stream.
/// </summary>
internal static class FlinkEquivalents
{
    public const string Application = "AWS::KinesisAnalyticsV2::Application";

    // The last part of the function's construct path.
    private const string Name = "C# equivalent";

    // Written by FlinkApplication.RunsLocallyAs.
    private const string Metadata = "kinesis-patterns:equivalent";

    public static StackArtifact AddTo(StackArtifact stack, string directory)
    {
        var template = stack.Template.DeepClone().AsObject();
        var assets = new Dictionary<string, string>(stack.Assets, StringComparer.Ordinal);
        foreach (var (id, application) in stack.Template["Resources"]?.AsObject() ?? [])
        {
            if (Of(application) is { } equivalent)
            {
                var code = (string)equivalent["Code"]!;
                assets[code] = Path.GetFullPath(Path.Combine(directory, code));
                var resources = template["Resources"]!.AsObject();
                resources[$"{id}Equivalent"] = Function(application!, equivalent);
                resources[$"{id}EquivalentSource"] = Mapping(id, equivalent);
            }
        }

        return stack with { Template = template, Assets = assets };
    }

    public static bool Include(Resource function) => function.Path.EndsWith($"/{Name}", StringComparison.Ordinal);

    public static bool IsNamedBy(JsonNode definition) => Of(definition) is not null;

    private static JsonNode? Of(JsonNode? definition) =>
        (string?)definition?["Type"] == Application ? definition["Metadata"]?[Metadata] : null;

    private static JsonObject Function(JsonNode application, JsonNode equivalent)
    {
        var path = (string?)application["Metadata"]?["aws:cdk:path"] ?? "";
        return new()
        {
            ["Type"] = "AWS::Lambda::Function",
            ["Metadata"] = new JsonObject { ["aws:cdk:path"] = $"{path[..Math.Max(path.LastIndexOf('/'), 0)]}/{Name}" },
            ["Properties"] = new JsonObject
            {
                ["Code"] = new JsonObject { ["S3Key"] = (string)equivalent["Code"]! },
                ["Handler"] = (string)equivalent["Handler"]!,
                ["Runtime"] = (string)equivalent["Runtime"]!,
                ["Timeout"] = equivalent["Timeout"]!.DeepClone(),
                ["MemorySize"] = equivalent["MemorySize"]!.DeepClone(),
                ["Environment"] = new JsonObject { ["Variables"] = equivalent["Environment"]!.DeepClone() },

                // What the job may do, its equivalent may.
                ["Role"] = application["Properties"]!["ServiceExecutionRole"]!.DeepClone(),
            },
        };
    }

    // Like the job it goes on trying: what cannot be written holds up what comes after it.
    private static JsonObject Mapping(string id, JsonNode equivalent) => new()
    {
        ["Type"] = "AWS::Lambda::EventSourceMapping",
        ["Properties"] = new JsonObject
        {
            ["FunctionName"] = new JsonObject { ["Ref"] = $"{id}Equivalent" },
            ["EventSourceArn"] = equivalent["Source"]!.DeepClone(),
            ["StartingPosition"] = "TRIM_HORIZON",
            ["BatchSize"] = 1000,
            ["MaximumBatchingWindowInSeconds"] = 1,
            ["BisectBatchOnFunctionError"] = true,
            ["FunctionResponseTypes"] = new JsonArray("ReportBatchItemFailures"),
        },
    };
}
