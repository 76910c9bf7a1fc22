using System.Text;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax")]
public sealed class FilterTests
{
    [Theory]
    [InlineData("""{"a":["x"]}""", """{"a":"x"}""", true)]
    [InlineData("""{"a":["x"]}""", """{"a":"X"}""", false)]
    [InlineData("""{"a":["x"]}""", """{"b":"x"}""", false)]
    [InlineData("""{"a":["x","y"]}""", """{"a":"y"}""", true)]
    [InlineData("""{"a":["x"],"b":[1]}""", """{"a":"x","b":1}""", true)]
    [InlineData("""{"a":["x"],"b":[1]}""", """{"a":"x","b":2}""", false)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"a":{"b":"x"}}""", true)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":[null]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[null]}""", """{}""", false)]
    [InlineData("""{"a":[""]}""", """{"a":""}""", true)]
    [InlineData("""{"a":[true]}""", """{"a":true}""", true)]
    [InlineData("""{"a":[true]}""", """{"a":"true"}""", false)]
    [InlineData("""{"a":[300]}""", """{"a":300}""", true)]
    [InlineData("""{"a":[300]}""", """{"a":300.0}""", false)]
    [InlineData("""{"a":[300]}""", """{"a":3.0e2}""", false)]
    [InlineData("""{"a":["x"]}""", """{"a":["w","x"]}""", true)]
    [InlineData("""{"a":[{"prefix":"us-"}]}""", """{"a":"us-east-1"}""", true)]
    [InlineData("""{"a":[{"prefix":"us-"}]}""", """{"a":"eu-west-1"}""", false)]
    [InlineData("""{"a":[{"suffix":"-1"}]}""", """{"a":"us-east-1"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"ABC"}]}""", """{"a":"abc"}""", true)]
    [InlineData("""{"a":[{"anything-but":["x","y"]}]}""", """{"a":"z"}""", true)]
    [InlineData("""{"a":[{"anything-but":["x","y"]}]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{}""", false)]
    [InlineData("""{"a":[{"anything-but":{"prefix":"x"}}]}""", """{"a":"xy"}""", false)]
    [InlineData("""{"a":[{"numeric":["=",100]}]}""", """{"a":1e2}""", true)]
    [InlineData("""{"a":[{"numeric":[">",10,"<=",20]}]}""", """{"a":20}""", true)]
    [InlineData("""{"a":[{"numeric":[">",10,"<=",20]}]}""", """{"a":10}""", false)]
    [InlineData("""{"a":[{"numeric":[">",10]}]}""", """{"a":"11"}""", false)]
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[{"exists":true}]}""", """{"b":1}""", false)]
    [InlineData("""{"a":[{"exists":false}]}""", """{"b":1}""", true)]
    [InlineData("""{"a":[{"exists":false}]}""", """{"a":1}""", false)]
    [InlineData("""{"a":{"b":[{"exists":false}]}}""", """{"c":1}""", true)]
    [InlineData("""{"$or":[{"a":["x"]},{"b":["y"]}]}""", """{"b":"y"}""", true)]
    [InlineData("""{"$or":[{"a":["x"]},{"b":["y"]}]}""", """{"b":"z"}""", false)]
    [InlineData("""{"a":["x"]}""", "not json", false)]
    [InlineData("""{"a":["x"]}""", "17", false)]
    [InlineData("""{"a":["x"]}""", "", false)]
    public void Matches_data(string pattern, string data, bool expected) => Assert.Equal(
        expected, RecordFilter.Parse([$$$"""{"data":{{{pattern}}}}"""]).Matches(Encoding.UTF8.GetBytes(data)));

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"data":"x"}""")]
    [InlineData("""{"data":{"a":"x"}}""")]
    [InlineData("""{"data":{"a":[]}}""")]
    [InlineData("""{"data":{"a":[{"numeric":["about",1]}]}}""")]
    [InlineData("""{"data":{"a":[{"wildcard":"x*"}]}}""")]
    [InlineData("""{"data":{"$or":[{"a":["x"]}]}}""")]
    [InlineData("""{"partitionKey":["x"]}""")]
    public void Refuses_a_pattern(string pattern) =>
        Assert.Equal(
            "InvalidParameterValueException", Assert.Throws<LambdaException>(() => RecordFilter.Parse([pattern])).Code);

    [Fact]
    public void Refuses_more_than_ten_patterns_and_one_above_4096_characters()
    {
        Assert.Throws<LambdaException>(() => RecordFilter.Parse([.. Enumerable.Repeat("{}", 11)]));
        Assert.Throws<LambdaException>(() => RecordFilter.Parse([$$$"""{"data":{"a":["{{{new string('x', 4096)}}}"]}}"""]));
    }

    [Fact]
    public void Lets_everything_pass_that_no_pattern_asks_for()
    {
        Assert.True(RecordFilter.Parse([]).Matches("not json"u8.ToArray()));
        Assert.True(RecordFilter.Parse(["{}"]).Matches("not json"u8.ToArray()));
    }

    [Fact]
    public async Task Keeps_filtered_records_out_of_batches_and_accounts_for_them()
    {
        await using var rig = new MappingRig();
        rig.PutAll("""{"k":1}""", """{"k":2}""", "binary", """{"k":1,"n":2}""");

        var mapping = rig.Map(s => s with { BatchSize = 2, Filters = ["""{"data":{"k":[1]}}""", """{"data":{"k":[3]}}"""] });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["""{"k":1},{"k":1,"n":2}"""], rig.Batches);
        Assert.Equal(RecordEnd.Filtered, rig.Ends["binary"].End);
        Assert.Equal(2, mapping.Counters.Ended(RecordEnd.Filtered));
    }

    [Rule("https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Takes_an_aggregate_of_the_KPL_for_one_record_that_is_no_JSON(bool isFiltered)
    {
        await using var rig = new MappingRig();
        byte[] aggregate = [0xF3, 0x89, 0x9A, 0xC2, .. """{"k":1}{"k":1}"""u8];
        rig.Stream.Put("key", aggregate);

        var mapping = rig.Map(s => s with { Filters = isFiltered ? ["""{"data":{"k":[1]}}"""] : [] });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(isFiltered ? 1 : 0, mapping.Counters.Ended(RecordEnd.Filtered));
        Assert.Equal(
            isFiltered ? [] : [Convert.ToBase64String(aggregate)],
            rig.Deliveries.SelectMany(d => d.Records).Select(r => r.GetProperty("kinesis").GetProperty("data").GetString()));
    }
}
