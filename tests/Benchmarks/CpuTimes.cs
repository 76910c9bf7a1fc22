using System.Diagnostics;

namespace Benchmarks;

/// <summary>CPU seconds of this process and, on Linux, of those it started, by what they run.</summary>
internal static class CpuTimes
{
    private const string Self = "local host and producer";

    public static Dictionary<string, double> Now()
    {
        var times = new Dictionary<string, double> { [Self] = Seconds(Environment.ProcessId) };
        foreach (var id in Children())
        {
            var name = Name(id);
            times[name] = times.GetValueOrDefault(name) + Seconds(id);
        }

        return times;
    }

    /// <summary>What was used since, most first, nothing below a hundredth of a second.</summary>
    public static IReadOnlyList<(string Name, double Seconds)> Since(Dictionary<string, double> before) =>
    [
        .. Now().Select(now => (now.Key, now.Value - before.GetValueOrDefault(now.Key)))
            .Where(used => used.Item2 >= 0.01)
            .OrderByDescending(used => used.Item2),
    ];

    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the parent is the second field after the name.
    private static IEnumerable<int> Children() => !OperatingSystem.IsLinux()
        ? []
        : from folder in Directory.EnumerateDirectories("/proc")
          where int.TryParse(Path.GetFileName(folder), out _)
          let stat = Read(Path.Combine(folder, "stat"))
          where stat.Length > 0
          let fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')
          where fields[1] == $"{Environment.ProcessId}"
          select int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture);

    private static string Name(int id)
    {
        var command = Read($"/proc/{id}/cmdline").Split('\0');
        var program = command.LastOrDefault(part => part.EndsWith(".dll", StringComparison.Ordinal)) ?? command[0];
        return Path.GetFileNameWithoutExtension(program) switch
        {
            "" => $"process {id}",
            "node" => "dynalite",
            var name => name,
        };
    }

    private static double Seconds(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.TotalProcessorTime.TotalSeconds;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // It has just ended.
            return 0;
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // It has just ended.
            return "";
        }
    }
}
