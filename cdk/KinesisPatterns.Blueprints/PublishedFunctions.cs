namespace KinesisPatterns.Blueprints;

/// <summary>The functions of this repository, published to one folder each.</summary>
internal sealed class PublishedFunctions(string? folder, bool nativeAot)
{
    private readonly string _folder = folder ?? Path.Combine("artifacts", nativeAot ? "functions-aot" : "functions");

    private readonly string _property = nativeAot ? " -p:NativeAot=true" : "";

    public PublishedFunctionProps Function(string role, IReadOnlyDictionary<string, string>? files = null)
    {
        var published = Path.Combine(_folder, role);
        return Directory.Exists(published)
            ? new() { Code = FunctionCode.FromPublished(published, files), NativeAot = nativeAot }
            : throw new ArgumentException(
                $"{published}: expected the published function {role}, got no such folder. "
                + $"Publish the functions first: dotnet build lambdas/Functions.proj{_property}");
    }
}
