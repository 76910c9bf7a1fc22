using System.Diagnostics;
using System.Globalization;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Kills the functions' processes when this process ends, however it ends.</summary>
/// <remarks>
/// A small shell knows their ids and waits on a pipe: the pipe closes with this process, also when it is killed.
/// Windows has no such shell; there only an orderly exit is covered.
/// </remarks>
internal sealed class ProcessGuard : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        p=' '
        while read -r l; do
          case $l in
            +*) p="$p${l#+} " ;;
            -*) k=${l#-}; case $p in *" $k "*) p="${p%% $k *} ${p#* $k }" ;; esac ;;
          esac
        done
        for k in $p; do kill -9 "$k" 2>/dev/null; done
        """;

    private readonly Lock _lock = new();
    private readonly HashSet<Process> _processes = [];
    private Process? _shell;

    public ProcessGuard() => AppDomain.CurrentDomain.ProcessExit += OnExit;

    /// <summary>Starts a process and guards it until it is removed.</summary>
    public void Start(Process process)
    {
        lock (_lock)
        {
            process.Start();
            _processes.Add(process);
            if (!OperatingSystem.IsWindows())
            {
                _shell ??= StartShell();
                Tell('+', process.Id);
            }
        }
    }

    public void Remove(Process process)
    {
        lock (_lock)
        {
            if (_processes.Remove(process) && _shell is not null)
            {
                Tell('-', process.Id);
            }
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        KillAll();
        lock (_lock)
        {
            _shell?.StandardInput.Close();
            _shell?.Dispose();
            _shell = null;
        }
    }

    /// <summary>Closes the pipe to the shell, as the end of this process does.</summary>
    internal void BreakPipe() => _shell?.StandardInput.Close();

    private void OnExit(object? sender, EventArgs e) => KillAll();

    private void KillAll()
    {
        lock (_lock)
        {
            foreach (var process in _processes)
            {
                Kill(process);
            }

            _processes.Clear();
        }
    }

    /// <summary>Kills a process and what it started; one that is gone already is no error.</summary>
    public static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended by itself.
        }
    }

    private static Process StartShell()
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        return Process.Start(start)!;
    }

    private void Tell(char what, int id)
    {
        try
        {
            _shell!.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}{id}"));
            _shell.StandardInput.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The shell was killed: an orderly exit is still covered.
        }
    }
}
