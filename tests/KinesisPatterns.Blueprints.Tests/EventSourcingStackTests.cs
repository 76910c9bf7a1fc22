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
        var environments = Blueprint.Environments("EventSourcing");

        Assert.Equal(
            ["EVENTS_STREAM_NAME", "PAYMENT_CANCELLATION_SECONDS", "PAYMENT_REMINDER_SECONDS", "REJECTED_STREAM_NAME"],
            environments["KinesisPatterns.Orders"]);
        Assert.Equal(["READ_MODELS_TABLE_NAME", "READ_MODEL_TABLE_NAME"], environments["KinesisPatterns.Lambdas.Projection"]);
        Assert.Equal(["READ_MODELS_TABLE_NAME", "READ_MODEL_TABLE_NAME"], environments["KinesisPatterns.Lambdas.OrderQuery"]);
    }

    [Fact]
    public void A_rebuild_adds_the_next_table_and_what_fills_it_and_takes_the_names_of_both()
    {
        var template = Blueprint.Template("EventSourcingRebuild");
        string Ref(string output) => (string)template["Outputs"]![output]!["Value"]!["Ref"]!;

        Assert.StartsWith("ReadModel2", Ref("ReadModelTableName"), StringComparison.Ordinal);
        Assert.StartsWith("ReadModel3", Ref("NextReadModelTableName"), StringComparison.Ordinal);
        var machine = template["Resources"]![Ref("ReplayMachineArn")]!;
        Assert.Equal("AWS::StepFunctions::StateMachine", (string?)machine["Type"]);
        Assert.Contains(Ref("ReplayFunctionName"), machine["Properties"]!["DefinitionString"]!.ToJsonString(), StringComparison.Ordinal);
        var variables = template["Resources"]![Ref("ReplayFunctionName")]!["Properties"]!["Environment"]!["Variables"]!;
        Assert.Equal(Ref("NextReadModelTableName"), (string?)variables["NEW_TABLE_NAME"]!["Ref"]);
        Assert.Equal(Ref("ReadModelTableName"), (string?)variables["READ_MODEL_TABLE_NAME"]!["Ref"]);
        Assert.Equal("events/data/", (string?)variables["ARCHIVE_PREFIX"]);
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
            ("paymentReminderSeconds", "5"), ("paymentCancellationSeconds", "7"), ("taskManagers", "4"), ("concurrency", "48"), ("runtime", "fork"),
            ("readModel", "2"), ("rebuildReadModel", "true"), ("alarmEmail", "team@example.com"));

        Assert.Equal(5, props.PaymentReminder.ToSeconds());
        Assert.Equal(7, props.PaymentCancellation.ToSeconds());
        Assert.Equal((4, 48, StatefulFunctionsKind.Fork), (props.TaskManagers, props.Concurrency, props.Runtime));
        Assert.Equal((2, true), (props.ReadModel, props.RebuildReadModel));
        Assert.Equal("team@example.com", props.AlarmEmail);
    }

    [Theory]
    [InlineData("paymentReminderSeconds", "0", "expected a whole number of 1 to 31,536,000, got 0")]
    [InlineData("taskManagers", "129", "expected a whole number of 1 to 128, got 129")]
    [InlineData("readModel", "0", "expected a whole number of 1 to 1,000, got 0")]
    [InlineData("rebuildReadModel", "yes", "expected true or false, got yes")]
    [InlineData("runtime", "kzm", "expected apache or fork, got kzm")]
    [InlineData("alarmEmail", "", "expected an address such as name@example.com, got ")]
    [InlineData("alarmEmail", "the team", "expected an address such as name@example.com, got the team")]
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
