using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Tests.Timestream;

/// <summary>The series store through its HTTP interface, with the secret that the template generated.</summary>
public sealed class InfluxTests : IAsyncLifetime
{
    private TestStack _stack = null!;
    private LocalHost _host = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_stack, _host) = await TestStack.StartAsync(
            """
            {
              "Login": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": { "GenerateSecretString": { "SecretStringTemplate": "{\"username\":\"writer\"}", "GenerateStringKey": "password", "ExcludePunctuation": true, "PasswordLength": 24 } }
              },
              "Store": {
                "Type": "AWS::Timestream::InfluxDBInstance",
                "Properties": {
                  "Username": { "Fn::Join": ["", ["{{resolve:secretsmanager:", { "Ref": "Login" }, ":SecretString:username::}}"]] },
                  "Password": { "Fn::Join": ["", ["{{resolve:secretsmanager:", { "Ref": "Login" }, ":SecretString:password::}}"]] }
                }
              }
            }
            """,
            """{ "SeriesStoreUrl": { "Value": { "Fn::Sub": "https://${Store.Endpoint}:8086" } }, "LoginArn": { "Value": { "Ref": "Login" } } }""");
        _http = new(new SocketsHttpHandler { CookieContainer = new() }) { BaseAddress = new($"{_host.Outputs["SeriesStoreUrl"]}/") };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task Writes_lines_after_sign_in()
    {
        await SignInAsync(await PasswordAsync());

        var answer = await WriteAsync("temperature,device=m1 value=21.5 1700000000123");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.True(_host.Services.Influx["Store"].Store.With("temperature", "device", "m1").Single().Contains(1_700_000_000_123_000_000));
    }

    [Fact]
    public async Task Takes_a_compressed_body()
    {
        await SignInAsync(await PasswordAsync());
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("m,device=a value=1 1"u8.ToArray(), Cancellation);
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        var answer = await _http.PostAsync("api/v2/write?org=o&bucket=b", content, Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(1, _host.Services.Influx["Store"].Store.Count);
    }

    [Fact]
    public async Task Refuses_a_wrong_password_and_a_write_without_sign_in()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync("wrong")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await WriteAsync("m value=1 1")).StatusCode);
    }

    [Fact]
    public async Task Keeps_the_good_lines_and_names_the_bad_ones()
    {
        await SignInAsync(await PasswordAsync());

        var answer = await WriteAsync("m,device=a value=1 1\nm,device=a value=oops 2\nm,device=a value=3 3");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("oops", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(2, _host.Services.Influx["Store"].Store.Count);
    }

    [Fact]
    public async Task Wants_an_organization_and_a_bucket()
    {
        await SignInAsync(await PasswordAsync());

        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync("api/v2/write?org=o", new StringContent("m value=1 1"), Cancellation)).StatusCode);
    }

    private async Task<string> PasswordAsync()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, _host.Endpoint) { Content = new StringContent($$"""{"SecretId":"{{_host.Outputs["LoginArn"]}}"}""") };
        request.Headers.Add("X-Amz-Target", "secretsmanager.GetSecretValue");
        request.Headers.TryAddWithoutValidation("Authorization", TestStack.Signature("local"));
        var answer = await (await http.SendAsync(request, Cancellation)).Content.ReadAsStringAsync(Cancellation);
        return (string)JsonNode.Parse((string)JsonNode.Parse(answer)!["SecretString"]!)!["password"]!;
    }

    private async Task<HttpResponseMessage> SignInAsync(string password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v2/signin");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"writer:{password}")));
        return await _http.SendAsync(request, Cancellation);
    }

    private Task<HttpResponseMessage> WriteAsync(string lines) =>
        _http.PostAsync("api/v2/write?org=o&bucket=b&precision=ms", new StringContent(lines), Cancellation);
}
