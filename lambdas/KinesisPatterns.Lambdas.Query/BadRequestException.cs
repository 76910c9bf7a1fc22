namespace KinesisPatterns.Lambdas.Query;

/// <summary>A request that cannot be answered: which parameter, what was expected, what it was.</summary>
internal sealed class BadRequestException(string parameter, string expected, string? got)
    : Exception($"{parameter}: expected {expected}, got {(got is null ? "nothing" : $"'{got}'")}");
