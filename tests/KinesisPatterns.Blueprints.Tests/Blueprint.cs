using System.Reflection;
using Amazon.CDK;
using KinesisPatterns.Cdk;
using KinesisPatterns.Cdk.Tests;

namespace KinesisPatterns.Blueprints.Tests;

/// <summary>Every blueprint, synthesized once, with functions that stand for the published ones.</summary>
internal static class Blueprint
{
    private const string Constructs = "Flink";

    private static readonly Lazy<Dictionary<string, string>> _templates = new(Synthesize);

    /// <summary>The roles of the functions that blueprints deploy.</summary>
    public static string[] Roles =>
    [
        "Cleansing", "SeriesCalculator", "Query", "GrafanaProvisioning", "FlinkLifecycle", "RejectionCounter",
        "Orders", "Projection", "OrderQuery", "Replay",
    ];

    public static TheoryData<string> Names => [.. _templates.Value.Keys.Where(name => name != Constructs)];

    /// <summary>The blueprints, and a stack of constructs that no blueprint uses with all their options.</summary>
    public static TheoryData<string> Checked => [.. _templates.Value.Keys];

    /// <summary>The synthesized template, as a file.</summary>
    public static string TemplateFile(string name) => _templates.Value[name];

    public static JsonNode Template(string name) => JsonNode.Parse(File.ReadAllText(TemplateFile(name)))!;

    public static IEnumerable<(string Id, JsonNode Resource)> Resources(string name) =>
        Template(name)["Resources"]!.AsObject().Select(resource => (resource.Key, resource.Value!));

    /// <summary>The names of each function's environment variables, by its handler.</summary>
    public static Dictionary<string, IEnumerable<string>> Environments(string name) => Resources(name)
        .Where(resource => (string?)resource.Resource["Type"] == "AWS::Lambda::Function")
        .ToDictionary(
            resource => (string)resource.Resource["Properties"]!["Handler"]!,
            resource => resource.Resource["Properties"]!["Environment"]!["Variables"]!.AsObject()
                .Select(variable => variable.Key)
                .Order()
                .AsEnumerable());

    /// <summary>What Grafana is to show, from the manifest beside the template.</summary>
    public static JsonNode GrafanaContent(string name) => Grafana.ContentIn(TemplateFile(name), name);

    /// <summary>The same of a stack that may have no Grafana.</summary>
    public static JsonArray GrafanaContents(string name) => Grafana.ContentsIn(TemplateFile(name), name);

    /// <summary>A folder with a function of each role, as published.</summary>
    public static string Functions()
    {
        var folder = Published.Folder();
        foreach (var role in Roles)
        {
            var assembly = role == "Orders" ? "KinesisPatterns.Orders" : $"KinesisPatterns.Lambdas.{role}";
            Directory.Move(Published.Managed(assembly), Path.Combine(folder, role));
        }

        return folder;
    }

    /// <summary>A folder that the project file names.</summary>
    public static string Setting(string key) => typeof(Blueprint).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    private static Dictionary<string, string> Synthesize()
    {
        var app = new App();
        new TimeSeriesStack(app, "TimeSeries", new() { Functions = Functions() });
        new TimeSeriesStack(app, "TimeSeriesGrafana", new()
        {
            Functions = Functions(),
            Grafana = GrafanaLogin.SamlLater,
        });
        new TimeSeriesStack(app, "TimeSeriesFlink", new()
        {
            Functions = Functions(),
            Cleansing = CleansingEngine.Flink,
            FlinkJob = FlinkJob.Archive(
                "reading-cleansing.zip",
                ("main.py", ""),
                ("job.sql", File.ReadAllText(Setting("FlinkSql"))),
                ("lib/pyflink-dependencies.jar", "")),
            Store = SeriesStoreKind.Influx3,
        });
        new TimeSeriesStack(app, "TimeSeriesTimestream", new()
        {
            Functions = Functions(),
            Store = SeriesStoreKind.Timestream,
        });
        new EventSourcingStack(app, "EventSourcing", new() { Functions = Functions() });
        new EventSourcingStack(app, "EventSourcingRebuild", new()
        {
            Functions = Functions(),
            Runtime = StatefulFunctionsKind.Fork,
            ReadModel = 2,
            RebuildReadModel = true,
        });
        new FlinkStack(app, Constructs);
        var assembly = app.Synth();
        return assembly.Stacks.ToDictionary(stack => stack.StackName, stack => stack.TemplateFullPath);
    }
}
