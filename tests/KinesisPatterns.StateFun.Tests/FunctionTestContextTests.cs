using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.StateFun.Tests;

public sealed class FunctionTestContextTests
{
    private static readonly ValueSpec<int> Seen = new("seen", Types.Int);
    private static readonly FunctionSpec Spec = new(TypeName.Parse("a/counter"), Seen);

    private readonly FunctionTestContext _test = new(Spec, (context, message, _) =>
    {
        var seen = context.Get(Seen) + message.As(Types.Int);
        context.Set(Seen, seen);
        context.Reply(Types.Int, seen);
        return default;
    });

    [Fact]
    public async Task A_call_starts_from_the_values_that_were_set_and_shows_what_it_did()
    {
        _test.Set(Seen, 40);
        _test.Caller = TypeName.Parse("a/sender").WithId("7");

        var effects = await _test.SendAsync(Types.Int, 2, TestContext.Current.CancellationToken);

        Assert.Equal(42, _test.Get(Seen));
        Assert.Equal(new(TypeName.Parse("a/sender").WithId("7"), TypedValue.Of(Types.Int, 42)), Assert.Single(effects.Sent));
    }

    [Fact]
    public async Task A_call_that_throws_changes_nothing()
    {
        _test.Set(Seen, 40);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _test.SendAsync(Types.Int, 2, TestContext.Current.CancellationToken));

        Assert.Equal(40, _test.Get(Seen));
    }

    [Fact]
    public void Fails_for_a_value_that_the_function_does_not_have()
    {
        var other = new ValueSpec<int>("seen", Types.Int);

        Assert.Throws<ArgumentException>(() => _test.Set(other, 1));
        Assert.Throws<ArgumentException>(() => _test.Get(other));
    }

    [Fact]
    public void A_value_equals_another_of_the_same_type_and_bytes()
    {
        Assert.True(TypedValue.Of(Types.Int, 1) == TypedValue.Of(Types.Int, 1));
        Assert.True(TypedValue.Of(Types.Int, 0) != TypedValue.Of(Types.Long, 0));
    }
}
