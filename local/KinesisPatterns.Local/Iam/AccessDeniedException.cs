namespace KinesisPatterns.Local.Iam;

/// <summary>A request that policies do not allow; each service answers it in its own form.</summary>
internal sealed class AccessDeniedException(string message) : Exception(message);
