using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.FlinkLifecycle;

namespace KinesisPatterns.Lambdas.Tests.FlinkLifecycle;

/// <summary>A custom resource of a stack, whose requests the lifecycle function answers as the framework would ask it.</summary>
internal sealed class Hook(ScriptedFlink flink, string type)
{
    private readonly FlinkLifecycleFunction _function =
        new(_ => flink, flink, message => TestContext.Current.TestOutputHelper?.WriteLine(message));

    /// <summary>The properties in the template.</summary>
    public JsonObject Properties { get; } = new()
    {
        ["ApplicationName"] = "job",
        ["Runtime"] = "FLINK-2_2",
        ["CodeKey"] = "new.zip",
        ["Parallelism"] = "2",
        ["Restore"] = Restore.Latest,
        ["AllowNonRestoredState"] = "false",
        ["StateIsCompatible"] = "false",
        ["Snapshots"] = "true",
        ["WatchSeconds"] = "120",
        ["Configuration"] = "hash",
        ["PropertyGroups"] = new JsonObject { ["Rules"] = new JsonObject { ["limit"] = "5" } },
    };

    public JsonObject Old { get; } = new() { ["Runtime"] = "FLINK-2_2" };

    public Task<CustomResourceAnswer> BeginAsync(RequestType request) => _function.BeginAsync(Request(request), Cancellation);

    public Task<CustomResourceProgress> CompleteAsync(RequestType request) => _function.CompleteAsync(Request(request), Cancellation);

    /// <summary>Asks once whether it is done.</summary>
    public async Task<bool> IsDoneAsync(RequestType request) => (await CompleteAsync(request)).IsComplete;

    /// <summary>The reason in the stack's event.</summary>
    public async Task<string> ReasonAsync(RequestType request) =>
        (await Assert.ThrowsAsync<CustomResourceException>(() => CompleteAsync(request))).Message;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private CustomResourceRequest Request(RequestType request) => new()
    {
        RequestType = request,
        RequestId = "r-1",
        ResourceType = type,
        LogicalResourceId = "Job",
        PhysicalResourceId = request == RequestType.Create ? null : "job",
        ResourceProperties = JsonSerializer.SerializeToElement(Properties),
        OldResourceProperties = request == RequestType.Update ? JsonSerializer.SerializeToElement(Old) : default,
    };
}
