using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace InfluxTests;

/// <summary>Servers of others, as processes that a test starts.</summary>
internal static class ServerProcess
{
    private const int First = 20_000;
    private const int Ports = 10_000;

    // Test projects run side by side.
    private static int _tried = Random.Shared.Next(Ports);

    /// <summary>The process, whose output is dropped; null when the program is not installed.</summary>
    public static Process? Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return process;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Returns when the server answers at <paramref name="url"/>, whatever it says.</summary>
    public static async Task ReadyAsync(HttpClient http, Uri url, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var answer = await http.GetAsync(url, cancellation);
                return;
            }
            catch (HttpRequestException) when (attempt < 200)
            {
                await Task.Delay(50, cancellation);
            }
        }
    }

    /// <summary>A port that nobody listens at and that is given to no one else: below those that the system gives out by itself.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _tried) % Ports);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }
    }
}
