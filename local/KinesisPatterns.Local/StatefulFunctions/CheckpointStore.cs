using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.S3;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>The checkpoints of a job in a bucket, where Flink has them: <c>FOLDER/chk-N/_metadata</c>. The newest ones are kept.</summary>
/// <param name="bucket">The bucket.</param>
/// <param name="folder">The job's folder in it.</param>
/// <param name="role">Who asks S3; null where permissions are not enforced.</param>
/// <param name="faults">What goes wrong; null when nothing does on purpose.</param>
internal sealed class CheckpointStore(Bucket bucket, string folder, Caller? role = null, FaultPlan? faults = null)
{
    private const int Retained = 3;
    private const string Metadata = "/_metadata";

    private readonly string _prefix = $"{folder}/chk-";

    /// <summary>Why the role may not look for checkpoints; null when it may.</summary>
    public string? Refusal => role?.Refusal("s3:ListBucket", S3Rights.BucketArn(bucket.Name), new("s3:prefix", _prefix));

    /// <summary>The newest; null when there is none.</summary>
    /// <exception cref="AccessDeniedException">The role may not look for it.</exception>
    /// <exception cref="InjectedFaultException">S3 does not answer.</exception>
    public async Task<Checkpoint?> LatestAsync(CancellationToken cancellation)
    {
        await DestinationFaults.BeforeAsync(faults, "S3 GET checkpoint", TimeProvider.System, cancellation);
        if (Refusal is { } refusal)
        {
            throw new AccessDeniedException(refusal);
        }

        if (Kept().MaxBy(NumberOf) is not { } newest)
        {
            return null;
        }

        S3Rights.DemandGet(role, bucket.Name, newest.Key);
        try
        {
            return Checkpoint.Of(NumberOf(newest), JsonNode.Parse(await File.ReadAllBytesAsync(newest.File, cancellation))!.AsObject());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new LocalHostException($"{newest.File} is no checkpoint ({error.Message}); without it the functions' state is lost.", error);
        }
    }

    /// <summary>Keeps one, and lets go of the oldest.</summary>
    /// <returns>Its size in bytes.</returns>
    /// <exception cref="AccessDeniedException">The role may not write it.</exception>
    /// <exception cref="InjectedFaultException">It could not be written, or was and nobody knows.</exception>
    public async Task<long> SaveAsync(Checkpoint checkpoint, CancellationToken cancellation)
    {
        const string Site = "S3 PUT checkpoint";
        await DestinationFaults.BeforeAsync(faults, Site, TimeProvider.System, cancellation);
        var key = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{checkpoint.Number}{Metadata}");
        S3Rights.DemandPut(role, bucket.Name, key);
        using var bytes = new MemoryStream();
        await using (var json = new Utf8JsonWriter(bytes))
        {
            checkpoint.ToJson().WriteTo(json);
        }

        bytes.Position = 0;
        var kept = await bucket.PutAsync(key, bytes, new Dictionary<string, string>(), cancellation);
        if (faults?.Draw(FaultKind.LostAnswer, Site) is not null)
        {
            throw new InjectedFaultException(FaultKind.LostAnswer, Site);
        }

        foreach (var old in Kept().OrderByDescending(NumberOf).Skip(Retained).ToList())
        {
            S3Rights.DemandDelete(role, bucket.Name, old.Key);
            bucket.Remove(old.Key);
        }

        return kept.Size;
    }

    private IEnumerable<ObjectInfo> Kept() => bucket.List(_prefix).Where(o => o.Key.EndsWith(Metadata, StringComparison.Ordinal));

    private long NumberOf(ObjectInfo kept) =>
        long.Parse(kept.Key[_prefix.Length..^Metadata.Length], NumberStyles.None, CultureInfo.InvariantCulture);
}
