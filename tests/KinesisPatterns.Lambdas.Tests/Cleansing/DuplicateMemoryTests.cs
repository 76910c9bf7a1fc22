using KinesisPatterns.Lambdas.Cleansing;

namespace KinesisPatterns.Lambdas.Tests.Cleansing;

public sealed class DuplicateMemoryTests
{
    [Fact]
    public void Holds_no_more_than_its_capacity()
    {
        var memory = new DuplicateMemory(window: 1_000_000, capacity: 100);

        for (var time = 0; time < 1000; time++)
        {
            memory.Remember(Key(time), Record(time), arrival: time);
        }

        Assert.Equal(100, memory.Count);
        Assert.True(memory.IsDuplicate(Key(999), Record(1000), 1000));
        Assert.False(memory.IsDuplicate(Key(1), Record(1000), 1000));
    }

    [Fact]
    public void Forgets_what_arrived_before_the_window()
    {
        var memory = new DuplicateMemory(window: 10);
        memory.Remember(Key(1), Record(1), arrival: 0);
        memory.Remember(Key(2), Record(2), arrival: 11);

        Assert.Equal(1, memory.Count);
    }

    [Fact]
    public void Remembers_nothing_without_a_window()
    {
        var memory = new DuplicateMemory(window: 0);
        memory.Remember(Key(1), Record(1), arrival: 0);

        Assert.False(memory.IsDuplicate(Key(1), Record(2), 0));
        Assert.Equal(0, memory.Count);
    }

    [Fact]
    public void Tells_records_of_one_aggregate_apart()
    {
        var first = RecordId.Of("shardId-000000000000:1"u8, 0);

        Assert.NotEqual(first, RecordId.Of("shardId-000000000000:1"u8, 1));
        Assert.NotEqual(first, RecordId.Of("shardId-000000000001:1"u8, 0));
        Assert.Equal(first, RecordId.Of("shardId-000000000000:1"u8, 0));
    }

    private static ReadingKey Key(long time) => new("d", "m", time);

    private static RecordId Record(int number) => RecordId.Of(System.Text.Encoding.UTF8.GetBytes($"s:{number}"), 0);
}
