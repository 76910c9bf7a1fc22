using System.Net;
using System.Net.Sockets;
using KinesisPatterns.Local;

namespace KinesisPatterns.Cli;

/// <summary>Says that a port is taken before a minute was spent on synthesis.</summary>
internal static class Ports
{
    public static void EnsureFree(string option, int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException error)
        {
            throw new LocalHostException($"Port {port} is taken: stop what listens there, or name another one with {option} (0 takes any free one).", error);
        }
    }
}
