using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>What the tasks of a cluster say of the job besides its module: as whom it runs, and where its checkpoints are.</summary>
/// <param name="RoleArn">The role of the tasks.</param>
/// <param name="Bucket">The name of the bucket of checkpoints.</param>
/// <param name="Folder">The job's folder in it.</param>
internal sealed record ClusterTasks(string? RoleArn, string? Bucket, string Folder)
{
    // The keys of Flink 1 and 2.
    private static readonly string[] DirectoryKeys = ["state.checkpoints.dir: ", "execution.checkpointing.dir: "];

    public static ClusterTasks Of(IEnumerable<Resource> parts)
    {
        var tasks = parts.Where(p => p.Type == "AWS::ECS::TaskDefinition").ToList();
        var variables = (
            from task in tasks
            from container in task.Properties["ContainerDefinitions"] as JsonArray ?? []
            from variable in container!["Environment"] as JsonArray ?? []
            select (Name: (string?)variable!["Name"], Value: (string?)variable["Value"] ?? "")).ToLookup(v => v.Name, v => v.Value);
        var directory = variables["FLINK_CONF"].SelectMany(conf => conf.Split('\n'))
            .Select(line => DirectoryKeys.Where(key => line.StartsWith(key, StringComparison.Ordinal)).Select(key => line[key.Length..].Trim()).FirstOrDefault())
            .FirstOrDefault(one => one is not null);
        var location = directory is not null && Uri.TryCreate(directory, UriKind.Absolute, out var uri) && uri.Scheme == "s3" ? uri : null;
        var job = variables["JOB_ID"].FirstOrDefault() ?? "job";
        return new(
            tasks.Select(t => (string?)t.Properties["TaskRoleArn"]).FirstOrDefault(r => r is not null),
            location?.Host,
            $"{location?.AbsolutePath.Trim('/')}/{job}".TrimStart('/'));
    }
}
