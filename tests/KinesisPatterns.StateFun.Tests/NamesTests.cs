namespace KinesisPatterns.StateFun.Tests;

public sealed class NamesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("/name")]
    [InlineData("namespace/")]
    [InlineData("a/b/c")]
    public void Fails_for_a_type_name_without_exactly_one_slash(string text)
    {
        var error = Assert.Throws<ArgumentException>(() => TypeName.Parse(text));

        Assert.StartsWith($"TypeName: expected namespace/name with one slash, got '{text}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_name_equals_another_of_the_same_text()
    {
        Assert.Equal(TypeName.Parse("a/b"), TypeName.Parse("a/b"));
        Assert.NotEqual(TypeName.Parse("a/b"), TypeName.Parse("a/B"));
        Assert.True(TypeName.Parse("a/b") == TypeName.Parse("a/b"));
        Assert.True(TypeName.Parse("a/b") != TypeName.Parse("a/B"));
        Assert.False(TypeName.Parse("a/b") == null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("with-dash")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    [InlineData("line\n")]
    public void Fails_for_a_value_whose_name_is_not_portable(string name) =>
        Assert.Throws<ArgumentException>(() => new ValueSpec<int>(name, Types.Int));

    [Fact]
    public void Fails_for_an_expiration_below_a_millisecond() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Expiration.AfterWrite(TimeSpan.FromMicroseconds(999)));

    [Fact]
    public void Fails_for_two_values_of_one_name()
    {
        var error = Assert.Throws<ArgumentException>(
            () => new FunctionSpec(TypeName.Parse("a/b"), new ValueSpec<int>("twice", Types.Int), new ValueSpec<bool>("twice", Types.Bool)));

        Assert.StartsWith("a/b: expected values with different names, got 'twice' 2 times", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fails_for_a_value_that_is_null() =>
        Assert.Throws<ArgumentException>(() => new FunctionSpec(TypeName.Parse("a/b"), new ValueSpec[] { null! }));

    [Fact]
    public void Fails_for_two_functions_of_one_type()
    {
        var functions = new StatefulFunctions();
        functions.Add(new(TypeName.Parse("a/b")), (_, _, _) => default);

        Assert.Throws<ArgumentException>(() => functions.Add(new(TypeName.Parse("a/b")), (_, _, _) => default));
    }

    [Fact]
    public void Fails_for_an_endpoint_without_functions() =>
        Assert.Throws<ArgumentException>(() => new RequestReplyHandler(new()));
}
