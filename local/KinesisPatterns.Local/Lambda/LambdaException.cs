namespace KinesisPatterns.Local.Lambda;

/// <summary>An error that the Lambda API answers with.</summary>
internal sealed class LambdaException(string code, string message, int status) : Exception(message)
{
    public string Code { get; } = code;

    public int Status { get; } = status;

    public static LambdaException InvalidParameter(string message) =>
        new("InvalidParameterValueException", message, 400);

    public static LambdaException NotFound(string message) => new("ResourceNotFoundException", message, 404);

    public static LambdaException Conflict(string message) => new("ResourceConflictException", message, 409);

    public static LambdaException TooLarge(int bytes) => new(
        "RequestTooLargeException",
        $"Request must be smaller than {LambdaLimits.Payload} bytes for the InvokeFunction operation, got {bytes}",
        413);
}

/// <summary>Quotas of the Lambda service.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html</remarks>
internal static class LambdaLimits
{
    /// <summary>Most bytes of a synchronous request or answer: 6 MB as Lambda counts it.</summary>
    public const int Payload = 6_291_556;

    /// <summary>Most bytes of an event that a mapping composes.</summary>
    public const int Event = 6 << 20;

    /// <summary>Most bytes of the state of a tumbling window.</summary>
    public const int WindowState = 1 << 20;
}
