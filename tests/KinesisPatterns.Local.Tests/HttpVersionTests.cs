using System.Net;
using System.Net.Sockets;
using System.Text;
using KinesisPatterns.Local.Tests.Kinesis;

namespace KinesisPatterns.Local.Tests;

/// <summary>One port without TLS, two versions of HTTP.</summary>
public sealed class HttpVersionTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Answers_in_the_version_that_the_client_starts_with(string version)
    {
        using var http = new HttpClient();
        using var request = Request(version);

        using var answer = await http.SendAsync(request, Stop);

        Assert.Equal((HttpStatusCode.OK, Version.Parse(version)), (answer.StatusCode, answer.Version));
    }

    [Fact]
    public async Task Serves_many_requests_on_one_HTTP2_connection()
    {
        using var http = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = false });

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var request = Request("2.0");
            using var answer = await http.SendAsync(request, Stop);
            return answer.StatusCode;
        }));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Waits_for_the_rest_of_what_a_slow_client_starts_with()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Http.BaseAddress!.Host, _server.Http.BaseAddress.Port, Stop);
        var stream = client.GetStream();
        foreach (var piece in (string[])["P", "RI ", "* HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0\0\0\x04\0\0\0\0\0"])
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(piece), Stop);
            await Task.Delay(20, Stop);
        }

        // The server's first frame is SETTINGS (type 4).
        var frame = new byte[9];
        await stream.ReadExactlyAsync(frame, Stop);
        Assert.Equal(4, frame[3]);
    }

    private HttpRequestMessage Request(string version)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _server.Http.BaseAddress)
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("{}"),
        };
        request.Headers.Add("X-Amz-Target", "Kinesis_20131202.ListStreams");
        return request;
    }
}
