using System.Text.Json;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html")]
public sealed class PolicyTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private KinesisStream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"Version":"2012-10-17"}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"$ARN"}]}""")]
    [InlineData("""{"Statement":[{"Effect":"Maybe","Principal":"*","Action":"kinesis:PutRecord","Resource":"$ARN"}]}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kinesis:PutRecord","Resource":"*"}]}""")]
    public async Task Refuses_what_is_no_policy_of_the_resource(string policy) => Assert.Equal(
        "InvalidArgumentException", (await _server.FailAsync("PutResourcePolicy", Request(policy.Replace("$ARN", _stream.Arn, StringComparison.Ordinal)))).Code);

    [Fact]
    public async Task Refuses_a_policy_of_more_than_20_KB() =>
        Assert.Equal("ValidationException", (await _server.FailAsync("PutResourcePolicy", Request(new string(' ', 20_481)))).Code);

    [Fact]
    public async Task Refuses_to_delete_a_policy_that_is_not_there() =>
        Assert.Equal("ResourceNotFoundException", (await _server.FailAsync("DeleteResourcePolicy", $$"""{"ResourceARN":"{{_stream.Arn}}"}""")).Code);

    private string Request(string policy) => JsonSerializer.Serialize(new { ResourceARN = _stream.Arn, Policy = policy });
}
