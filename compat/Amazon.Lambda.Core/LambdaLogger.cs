namespace Amazon.Lambda.Core;

public static class LambdaLogger
{
    // What LambdaBootstrap (Amazon.Lambda.RuntimeSupport) puts its own logger in.
    internal static Action<string, Exception, string, object[]> Sink { get; set; } = static (level, exception, message, args) =>
        Console.WriteLine(string.Join(" ", new[] { level, message, exception?.ToString(), string.Join(" ", args ?? []) }
            .Where(part => !string.IsNullOrEmpty(part))));

    public static void Log(string message) => Sink(null, null, message, null);
    public static void Log(string level, string message, params object[] args) => Sink(level, null, message, args);
    public static void Log(LogLevel level, string message, params object[] args) => Sink(level.ToString(), null, message, args);
    public static void Log(string level, Exception exception, string message, params object[] args) =>
        Sink(level, exception, message, args);
    public static void Log(LogLevel level, Exception exception, string message, params object[] args) =>
        Sink(level.ToString(), exception, message, args);

    public static void ConfigureStructuredLogging(StructuredLoggingOptions options) => Structured = options;

    internal static StructuredLoggingOptions Structured { get; private set; }
}

public class StructuredLoggingOptions
{
    public System.Text.Json.JsonSerializerOptions OverrideSerializerOptions { get; set; }
}
