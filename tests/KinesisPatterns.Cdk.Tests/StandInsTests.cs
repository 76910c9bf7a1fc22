using System.Text.Json;

namespace KinesisPatterns.Cdk.Tests;

public sealed class StandInsTests
{
    private const string Message =
        "Stack/Price was published with stand-ins for AWSSDK.Kinesis, Amazon.Lambda.Core and must not be deployed. "
        + "Publish it where the NuGet feed has these packages "
        + "(dotnet build lambdas/Functions.proj -p:AwsPackages=real), "
        + "or insist with -c kinesis-patterns:allowStandIns=true.";

    [Fact]
    public void CloudFormation_refuses_code_published_with_stand_ins_before_it_touches_a_resource()
    {
        var stack = new Stack(new App(), "Stack");

        new PublishedFunction(stack, "Price", new() { Code = WithStandIns() });

        var assertion = Assert.Single(Rule(stack)!.Value.GetProperty("Assertions").EnumerateArray());
        Assert.Equal(Message, assertion.GetProperty("AssertDescription").GetString());
        Assert.Equal("""{"Fn::Equals":[{"Ref":"StandIns"},"allowed"]}""", assertion.GetProperty("Assert").GetRawText());
        var parameter = stack.Json().GetProperty("Parameters").GetProperty("StandIns");
        Assert.Equal("refused", parameter.GetProperty("Default").GetString());
    }

    [Fact]
    public void Names_every_function_that_was()
    {
        var stack = new Stack(new App(), "Stack");

        new PublishedFunction(stack, "Price", new() { Code = WithStandIns() });
        new PublishedFunction(stack, "Bill", new() { Code = WithStandIns() });

        Assert.Equal(2, Rule(stack)!.Value.GetProperty("Assertions").GetArrayLength());
    }

    [Fact]
    public void Says_so_when_the_stack_is_synthesized()
    {
        var stack = new Stack(new App(), "Stack");

        new PublishedFunction(stack, "Price", new() { Code = WithStandIns() });

        Amazon.CDK.Assertions.Annotations.FromStack(stack).HasWarning(
            "/Stack/Price", $"{Message} [ack: kinesis-patterns:allowStandIns]");
    }

    [Theory]
    [InlineData(true)]
    [InlineData("true")]
    public void Lets_them_through_when_told_to(object allowed)
    {
        var app = new App(new AppProps
        {
            Context = new Dictionary<string, object> { ["kinesis-patterns:allowStandIns"] = allowed },
        });
        var stack = new Stack(app, "Stack");

        new PublishedFunction(stack, "Price", new() { Code = WithStandIns() });

        Assert.Null(Rule(stack));
    }

    [Fact]
    public void Lets_code_published_with_the_packages_through()
    {
        var stack = new Stack(new App(), "Stack");

        new PublishedFunction(stack, "Price", new() { Code = Published.Code });

        Assert.Null(Rule(stack));
    }

    private static FunctionCode WithStandIns() => FunctionCode.FromPublished(Published.Folder(
        ("Price.runtimeconfig.json", "{}"u8.ToArray()),
        ("stand-ins.json", """{"packages":["AWSSDK.Kinesis","Amazon.Lambda.Core"]}"""u8.ToArray())));

    private static JsonElement? Rule(Stack stack) =>
        stack.Json().TryGetProperty("Rules", out var rules)
            && rules.TryGetProperty("PublishedWithStandIns", out var rule)
            ? rule
            : null;
}
