namespace KinesisPatterns.Cdk;

/// <summary>The function that stands in for a Flink job on one machine, as metadata of the application.</summary>
internal static class FlinkEquivalent
{
    // What the local host looks for (docs/local-host.md).
    private const string Metadata = "kinesis-patterns:equivalent";

    public static void Attach(Construct scope, CfnResource application, PublishedFunctionProps function, DataStream source)
    {
        var name = function.Code.AssemblyName;
        Ensure.That(name is not null, scope, "one *.runtimeconfig.json (a managed executable)", function.Code.Folder);
        using var staged = StagedCode.From(function.Code, executable: null, keep: false);

        // Staged beside the template, but in no list of assets: a deployment does not upload it.
        var code = new AssetStaging(scope, "Equivalent", new AssetStagingProps { SourcePath = staged.Folder });
        application.AddMetadata(Metadata, new Dictionary<string, object>
        {
            ["Code"] = code.RelativeStagedPath(Stack.Of(scope)),
            ["Handler"] = name,
            ["Runtime"] = "dotnet10",
            ["Timeout"] = function.Timeout.ToSeconds(),
            ["MemorySize"] = function.Memory.ToMebibytes(),
            ["Environment"] = function.Environment.ToDictionary(),
            ["Source"] = source.Stream.StreamArn,
        });
    }
}
