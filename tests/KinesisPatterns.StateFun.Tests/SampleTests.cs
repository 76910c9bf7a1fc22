using System.Runtime.CompilerServices;
using Google.Protobuf;
using KinesisPatterns.StateFun.Tests.Protocol;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task The_program_in_the_README_greets()
    {
        await using var app = Sample.Build([]);
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();

        var request = To("com.example/greeter", "hall", Text("Ada"), Text("Bob")).With("visits", Int(4));
        var response = await client.PostAsync(new Uri($"{app.Urls.First()}/functions"), new ByteArrayContent(request.ToByteArray()), TestContext.Current.CancellationToken);
        var answer = FromFunction.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            ["Hello Ada, visit 5 of hall", "Hello Bob, visit 6 of hall"],
            answer.InvocationResult.OutgoingEgresses.Select(e => KinesisEgressRecord.Parser.ParseFrom(e.Argument.Value).ValueBytes.ToStringUtf8()));
    }

    [Theory]
    [InlineData("sample")]
    [InlineData("lambda")]
    public void The_README_shows_the_program_as_it_is_compiled(string region)
    {
        var sample = File.ReadAllText(Beside("Sample.cs")).ReplaceLineEndings("\n").Split($"#region {region}\n")[1].Split("        #endregion")[0];
        var readme = File.ReadAllText(Beside("../../flink-apps/KinesisPatterns.StateFun/README.md")).ReplaceLineEndings("\n");

        var program = string.Join('\n', sample.Split('\n').Select(line => line.Length > 8 ? line[8..] : line.Trim()));
        Assert.Contains(program, readme, StringComparison.Ordinal);
    }

    private static string Beside(string file, [CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, file);
}
