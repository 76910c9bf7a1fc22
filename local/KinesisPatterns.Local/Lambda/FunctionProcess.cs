using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using KinesisPatterns.Local.Lambda.Runtimes;

namespace KinesisPatterns.Local.Lambda;

/// <summary>How the process of a function is started: its command and the variables that Lambda gives it.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html</remarks>
internal static class FunctionProcess
{
    // What a process needs of this machine; nothing else of the host's environment reaches a function.
    private static readonly string[] _inherited =
    [
        "PATH", "HOME", "TMPDIR", "USER", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64",
        "SystemRoot", "TEMP", "TMP",
    ];

    public static ProcessStartInfo Describe(
        FunctionDefinition function, string region, string runtimeApi, string environment)
    {
        var command = Command(function);
        var start = new ProcessStartInfo
        {
            WorkingDirectory = function.CodeDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (OperatingSystem.IsWindows())
        {
            start.FileName = command[0];
            command.RemoveAt(0);
        }
        else
        {
            // Ctrl+C reaches every process of a terminal; only the host shall act on it: work in flight ends in order.
            start.FileName = "/bin/sh";
            command.InsertRange(0, ["-c", "trap '' INT; exec \"$@\"", "sh"]);
        }

        command.ForEach(start.ArgumentList.Add);
        Fill(start.Environment, function, region, runtimeApi, environment);
        return start;
    }

    /// <summary>Fails with the reason why a function cannot run on this machine.</summary>
    public static void Check(FunctionDefinition function) => Command(function);

    private static List<string> Command(FunctionDefinition function)
    {
        if (function.Runtime.StartsWith("provided", StringComparison.Ordinal))
        {
            return [Existing(function, "bootstrap")];
        }

        if (ScriptRuntime.Command(function.Runtime) is { } script)
        {
            return script;
        }

        if (!function.Runtime.StartsWith("dotnet", StringComparison.Ordinal))
        {
            throw new NotSupportedException(
                $"{function.Name}: runtime: expected dotnet10, dotnet8, nodejs*, python* or provided.*, got {function.Runtime}");
        }

        return function.Handler.Contains("::", StringComparison.Ordinal)
            ? throw new NotSupportedException(
                $"{function.Name}: handler: expected the assembly name of an executable, got {function.Handler}")
            : [DotnetHost(), Existing(function, function.Handler + ".dll")];
    }

    private static string Existing(FunctionDefinition function, string file)
    {
        var path = Path.GetFullPath(Path.Combine(function.CodeDirectory, file));
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{function.Name}: {path} does not exist", path);
    }

    private static string DotnetHost()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host))
        {
            return host;
        }

        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : name;
    }

    private static void Fill(
        IDictionary<string, string?> variables, FunctionDefinition function, string region, string runtimeApi,
        string environment)
    {
        foreach (var name in variables.Keys.Except(_inherited, StringComparer.OrdinalIgnoreCase).ToList())
        {
            variables.Remove(name);
        }

        var heap = (long)function.MemoryMiB * (1 << 20) / 4 * 3;
        variables["AWS_REGION"] = variables["AWS_DEFAULT_REGION"] = region;
        variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + function.Runtime;
        variables["AWS_LAMBDA_RUNTIME_API"] = runtimeApi;
        variables["AWS_LAMBDA_FUNCTION_NAME"] = function.Name;
        variables["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
        variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = function.MemoryMiB.ToString(CultureInfo.InvariantCulture);
        variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
        variables["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/" + function.Name;
        variables["AWS_LAMBDA_LOG_STREAM_NAME"] = "local/[$LATEST]" + environment;
        variables["LAMBDA_TASK_ROOT"] = Path.GetFullPath(function.CodeDirectory);
        variables["_HANDLER"] = function.Handler;
        variables["TZ"] = ":UTC";
        variables["LANG"] = "en_US.UTF-8";

        // Lambda limits the memory of the machine; here the heap is told what it would find there.
        variables["DOTNET_GCHeapHardLimit"] = heap.ToString("X", CultureInfo.InvariantCulture);
        variables["DOTNET_NOLOGO"] = "1";
        if (function.Runtime != "dotnet10")
        {
            variables["DOTNET_ROLL_FORWARD"] = "Major";
        }

        foreach (var (name, value) in function.Environment)
        {
            variables[name] = value;
        }
    }
}
