using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.CustomResources;

namespace KinesisPatterns.Lambdas.Tests.CustomResources;

public sealed class CustomResourceFunctionTests
{
    private const string Create = """
        {"RequestType":"Create","ResponseURL":"https://cloudformation.example/?secret","StackId":"arn:stack","RequestId":"r-1",
         "LogicalResourceId":"Jobs","ResourceType":"Custom::Job","ServiceToken":"arn:function",
         "ResourceProperties":{"ServiceToken":"arn:function","Name":"n","Parts":["a",{"b":"c"}]}}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Begins_and_says_what_the_resource_is()
    {
        var function = new CustomResourceFunction((request, _) => Task.FromResult(
            new CustomResourceAnswer($"{request.RequestType}-{request.Required("Name")}", new Dictionary<string, string> { ["Url"] = "u" })));

        Assert.Equal(
            """{"PhysicalResourceId":"Create-n","Data":{"Url":"u"},"Begun":true}""", await AskAsync(function, Create));
    }

    [Fact]
    public async Task What_the_framework_hands_on_after_the_begin_is_a_question_for_completion()
    {
        var begun = JsonNode.Parse(Create)!;
        begun["PhysicalResourceId"] = "p";
        begun["Begun"] = true;
        var answers = new Queue<CustomResourceProgress>([
            CustomResourceProgress.Pending,
            CustomResourceProgress.DoneWith(new Dictionary<string, string> { ["A"] = "b" }),
            CustomResourceProgress.Done,
        ]);
        var function = new CustomResourceFunction(
            (_, _) => throw new InvalidOperationException("It was begun."),
            (request, _) =>
            {
                Assert.Equal("p", request.PhysicalResourceId);
                return Task.FromResult(answers.Dequeue());
            });

        // "Data" beside "IsComplete": false is an error to the framework.
        Assert.Equal("""{"IsComplete":false}""", await AskAsync(function, begun.ToJsonString()));
        Assert.Equal("""{"IsComplete":true,"Data":{"A":"b"}}""", await AskAsync(function, begun.ToJsonString()));
        Assert.Equal("""{"IsComplete":true}""", await AskAsync(function, begun.ToJsonString()));
    }

    [Fact]
    public async Task An_update_has_both_properties_and_those_before()
    {
        var update = JsonNode.Parse(Create)!;
        update["RequestType"] = "Update";
        update["OldResourceProperties"] = new JsonObject { ["Name"] = "before", ["Count"] = "3" };
        CustomResourceRequest? seen = null;
        var function = new CustomResourceFunction((request, _) =>
        {
            seen = request;
            return Task.FromResult(new CustomResourceAnswer("p"));
        });

        await AskAsync(function, update.ToJsonString());

        Assert.Equal(RequestType.Update, seen!.RequestType);
        Assert.Equal(("n", "before"), (seen.Optional("Name"), seen.Old("Name")));
        Assert.Equal((null, "3"), (seen.Optional("Count"), seen.Old("Count")));
        Assert.Equal("""["a",{"b":"c"}]""", seen.Required("Parts"));
    }

    [Fact]
    public async Task A_failure_names_the_resource_and_what_went_wrong()
    {
        var function = new CustomResourceFunction((_, _) => throw new InvalidOperationException("No."));

        var error = await Assert.ThrowsAsync<CustomResourceException>(() => AskAsync(function, Create));

        Assert.Equal("Jobs: InvalidOperationException: No.", error.Message);
    }

    [Fact]
    public async Task A_reason_is_passed_on_as_it_is()
    {
        var function = new CustomResourceFunction((_, _) => throw new CustomResourceException("The reason."));

        var error = await Assert.ThrowsAsync<CustomResourceException>(() => AskAsync(function, Create));

        Assert.Equal("The reason.", error.Message);
    }

    [Fact]
    public async Task A_missing_property_is_named()
    {
        var function = new CustomResourceFunction((request, _) => throw new CustomResourceException(request.Required("Size")));

        var error = await Assert.ThrowsAsync<CustomResourceException>(() => AskAsync(function, Create));

        Assert.Equal("Jobs: expected the property Size, got nothing.", error.Message);
    }

    [Fact]
    public async Task The_end_of_the_invocation_is_said_instead_of_met()
    {
        using var deadline = new CancellationTokenSource();
        var function = new CustomResourceFunction(async (_, token) =>
        {
            await deadline.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return new("p");
        });

        var error = await Assert.ThrowsAsync<CustomResourceException>(
            () => function.HandleAsync(new MemoryStream(Encoding.UTF8.GetBytes(Create)), deadline.Token));

        Assert.Equal("Jobs: Create took longer than one invocation may.", error.Message);
    }

    [Theory]
    [InlineData("x", 2_000)]
    [InlineData("\"", 1_000)]
    [InlineData("ä", 1_000)]
    [InlineData("😀", 166)]
    public void A_reason_too_long_for_CloudFormation_is_cut_between_characters(string character, int count)
    {
        var longest = string.Concat(Enumerable.Repeat(character, count));

        Assert.Equal(longest, new CustomResourceException(longest).Message);
        Assert.Equal($"{longest} ...", new CustomResourceException(longest + character).Message);
    }

    private static async Task<string> AskAsync(CustomResourceFunction function, string request)
    {
        var answer = await function.HandleAsync(new MemoryStream(Encoding.UTF8.GetBytes(request)), Cancellation);
        return await new StreamReader(answer).ReadToEndAsync(Cancellation);
    }
}
