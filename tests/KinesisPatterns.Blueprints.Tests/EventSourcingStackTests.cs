using Amazon.CDK;

namespace KinesisPatterns.Blueprints.Tests;

public sealed class EventSourcingStackTests
{
    [Fact]
    public void Puts_out_what_its_users_need_and_nothing_else() =>
        Assert.Equal(
            [
                "ArchiveBucketName", "CommandsStreamName", "EventsStreamName", "FailuresBucketName", "QueryApiUrl", "ReadModelTableName",
                "ReadModelsTableName", "RejectedStreamName", "RemoteFunctionsUrl", "SnapshotsBucketName",
            ],
            Blueprint.Template("EventSourcing")["Outputs"]!.AsObject().Select(output => output.Key).Order());

    [Fact]
    public void Its_functions_get_the_environment_they_expect()
    {
        var environments = Blueprint.Resources("EventSourcing")
            .Where(resource => (string?)resource.Resource["Type"] == "AWS::Lambda::Function")
            .ToDictionary(
                resource => (string)resource.Resource["Properties"]!["Handler"]!,
                resource => resource.Resource["Properties"]!["Environment"]!["Variables"]!.AsObject()
                    .Select(variable => variable.Key)
                    .Order());

        Assert.Equal(
            ["EVENTS_STREAM_NAME", "PAYMENT_CANCELLATION_SECONDS", "PAYMENT_REMINDER_SECONDS", "REJECTED_STREAM_NAME"],
            environments["KinesisPatterns.Orders"]);
        Assert.Equal(["READ_MODELS_TABLE_NAME", "READ_MODEL_TABLE_NAME"], environments["KinesisPatterns.Lambdas.Projection"]);
        Assert.Equal(["READ_MODELS_TABLE_NAME", "READ_MODEL_TABLE_NAME"], environments["KinesisPatterns.Lambdas.OrderQuery"]);
    }

    [Fact]
    public void The_function_that_decides_commands_may_touch_no_stream()
    {
        var role = Blueprint.Resources("EventSourcing")
            .Where(resource => resource.Id.StartsWith("OrdersFunctionRole", StringComparison.Ordinal))
            .Select(resource => resource.Resource.ToJsonString())
            .ToArray();

        Assert.Equal(2, role.Length);
        Assert.All(role, part => Assert.DoesNotContain("kinesis:", part, StringComparison.Ordinal));
    }

    [Fact]
    public void Context_sets_what_it_names()
    {
        var props = From(
            ("paymentReminderSeconds", "5"), ("paymentCancellationSeconds", "7"), ("taskManagers", "4"), ("concurrency", "48"), ("runtime", "fork"));

        Assert.Equal(5, props.PaymentReminder.ToSeconds());
        Assert.Equal(7, props.PaymentCancellation.ToSeconds());
        Assert.Equal((4, 48, StatefulFunctionsKind.Fork), (props.TaskManagers, props.Concurrency, props.Runtime));
    }

    [Theory]
    [InlineData("paymentReminderSeconds", "0", "expected a whole number of 1 to 31,536,000, got 0")]
    [InlineData("taskManagers", "129", "expected a whole number of 1 to 128, got 129")]
    [InlineData("runtime", "kzm", "expected apache or fork, got kzm")]
    public void Fails_when_context_is_wrong(string key, string value, string expected) => Assert.Equal(
        $"context EventSourcing:{key}: {expected}", Assert.Throws<ArgumentException>(() => From((key, value))).Message);

    private static EventSourcingStackProps From(params (string Key, string Value)[] context)
    {
        var app = new App();
        foreach (var (key, value) in context)
        {
            app.Node.SetContext($"EventSourcing:{key}", value);
        }

        return EventSourcingStackProps.From(app.Node);
    }
}
