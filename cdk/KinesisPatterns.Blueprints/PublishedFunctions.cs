namespace KinesisPatterns.Blueprints;

/// <summary>The functions of this repository, published to one folder each.</summary>
internal static class PublishedFunctions
{
    public static FunctionCode Code(string folder, string role, IReadOnlyDictionary<string, string>? files = null)
    {
        var published = Path.Combine(folder, role);
        return Directory.Exists(published)
            ? FunctionCode.FromPublished(published, files)
            : throw new ArgumentException(
                $"{published}: expected the published function {role}, got no such folder. Publish the functions first: dotnet build lambdas/Functions.proj");
    }
}
