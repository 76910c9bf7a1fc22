using System.Security.Cryptography;
using System.Text;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.State;

/// <summary>How far event source mappings are, on disk: one log for each pair of source and function.</summary>
internal sealed class MappingStore(HostState state)
{
    /// <summary>Opens what is kept of a mapping, or starts to keep it.</summary>
    public MappingCheckpoint Open(MappingSettings settings)
    {
        var pair = $"{settings.EventSourceArn} {settings.FunctionName}";
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pair)).AsSpan(0, 8));
        return new(state, state.PathOf("mappings", $"{name}.log"), pair);
    }
}
