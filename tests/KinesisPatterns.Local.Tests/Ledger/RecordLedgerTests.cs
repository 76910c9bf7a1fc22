using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Ledger;
using KinesisPatterns.Local.Tests.Lambda;

namespace KinesisPatterns.Local.Tests.Ledger;

public sealed class RecordLedgerTests : IAsyncDisposable
{
    private const string Reader = "mine";

    private readonly RecordLedger _ledger = new();
    private readonly KinesisService _kinesis;
    private readonly KinesisStream _stream;

    public RecordLedgerTests()
    {
        _kinesis = new(new() { Observer = new LedgerObserver(_ledger), EnforceQuotas = false });
        _stream = _kinesis.CreateStream("orders", new() { Shards = 1 });
        _ledger.Reads(Reader, "orders");
    }

    public ValueTask DisposeAsync() => _kinesis.DisposeAsync();

    [Fact]
    public void A_record_that_was_processed_is_accounted_for()
    {
        var number = Put("key");
        Process(number);

        var report = _ledger.Check();

        Assert.True(report.IsClean);
        Assert.Equal((1, 0, 1), (report.Records, report.Open, report.Ends[LedgerEnd.Processed]));
        Assert.Equal(new LedgerFate(LedgerEnd.Processed, null, 1, false), _ledger.Find("orders", number)!.Readers[Reader]);
    }

    [Fact]
    public void A_record_that_nobody_ended_has_no_end()
    {
        var number = Put("key");

        var finding = Assert.Single(_ledger.Check().Findings);

        Assert.Equal((LedgerRule.NoEnd, "orders", number, "key", Reader), (finding.Rule, finding.Stream, finding.SequenceNumber, finding.PartitionKey, finding.Reader));
    }

    [Fact]
    public void A_record_of_a_stream_that_nobody_reads_owes_nothing()
    {
        _kinesis.CreateStream("unread", new() { Shards = 1 }).Put("key", []);

        Assert.True(_ledger.Check().IsClean);
    }

    [Fact]
    public void A_record_that_a_second_reader_has_not_ended_has_no_end_there()
    {
        _ledger.Reads("another", "orders");
        Process(Put("key"));

        Assert.Equal("another", Assert.Single(_ledger.Check().Findings).Reader);
    }

    [Fact]
    public void A_record_that_was_given_up_without_its_payload_is_named()
    {
        var (kept, lost) = (Put("a"), Put("b"));
        _ledger.Kept(Reader, "orders", kept);
        _ledger.Ended(Reader, "orders", kept, LedgerEnd.Failed, "RetryAttemptsExhausted");
        _ledger.Ended(Reader, "orders", lost, LedgerEnd.Failed, "RetryAttemptsExhausted");

        var finding = Assert.Single(_ledger.Check().Findings);

        Assert.Equal((LedgerRule.PayloadMissing, lost), (finding.Rule, finding.SequenceNumber));
    }

    [Fact]
    public void A_record_that_is_handed_on_before_its_predecessor_has_ended_is_out_of_order()
    {
        var (first, second) = (Put("key"), Put("key"));
        Process(second);
        Process(first);

        var finding = Assert.Single(_ledger.Check().Findings);

        Assert.Equal((LedgerRule.OutOfOrder, second), (finding.Rule, finding.SequenceNumber));
    }

    [Fact]
    public void Records_of_other_keys_and_records_that_come_again_are_in_order()
    {
        var (first, other, second) = (Put("key"), Put("other"), Put("key"));
        _ledger.Delivering(Reader, "orders", [other]);
        _ledger.Delivering(Reader, "orders", [first, second]);
        _ledger.Delivering(Reader, "orders", [first, second]);
        Process(first);
        _ledger.Delivering(Reader, "orders", [first, second]);
        Process(second);
        Process(other);

        Assert.Empty(_ledger.Check().Findings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reader_that_takes_a_child_shard_before_its_parent_is_out_of_order(bool parentsFirst)
    {
        Put("key");
        StreamFaults.Reshard(_stream, new(FaultKind.Reshard, 0));
        Put("key");
        var shards = _stream.Shards.OrderBy(s => s.Index).ToList();

        foreach (var shard in parentsFirst ? shards : shards.AsEnumerable().Reverse())
        {
            var records = new KinesisRecord[2];
            var count = new ShardReader(shard, ShardPosition.TrimHorizon).Read(records);
            Array.ForEach(records[..count], r => Process(r.SequenceNumber.ToString()));
        }

        Assert.Equal(parentsFirst ? 0 : 1, _ledger.Check().Broken.GetValueOrDefault(LedgerRule.OutOfOrder));
    }

    [Fact]
    public void Effects_are_counted_where_somebody_knows_them()
    {
        var (once, never, twice) = (Put("a"), Put("b"), Put("c"));
        Process(once);
        Process(never);
        Process(twice);

        var report = _ledger.Check(new()
        {
            EffectsOf = (entry, _) => entry.SequenceNumber == once ? 1 : entry.SequenceNumber == never ? 0 : 2,
        });

        Assert.Equal(
            [(LedgerRule.EffectMissing, never), (LedgerRule.EffectRepeated, twice)],
            report.Findings.Select(f => (f.Rule, f.SequenceNumber)));
    }

    [Fact]
    public void Only_so_many_records_that_are_through_are_kept()
    {
        var ledger = new RecordLedger(kept: 10);
        ledger.Reads(Reader, "orders");
        var numbers = Enumerable.Range(1, 100).Select(i => new SequenceNumber(1, 0, i, 1).ToString()).ToList();
        numbers.ForEach(number => ledger.Put("orders", "shardId-000000000000", number, "key"));
        numbers.Skip(1).ToList().ForEach(number => ledger.Ended(Reader, "orders", number, LedgerEnd.Processed));

        Assert.Equal(11, ledger.Entries().Count);
        Assert.Equal((100, 1, 99), (ledger.Check().Records, ledger.Open, ledger.Check().Ends[LedgerEnd.Processed]));
        Assert.NotNull(ledger.Find("orders", numbers[0]));
    }

    [Fact]
    public void Fails_on_what_is_no_sequence_number() =>
        Assert.Contains("got '42'", Assert.Throws<ArgumentException>(() => _ledger.Put("orders", "shard", "42", "key")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_mapping_owes_an_end_to_records_that_were_there_before_it()
    {
        var ledger = new RecordLedger();
        await using var rig = new MappingRig { Function = d => Reply.With("null"), Watcher = new LedgerObserver(ledger) };
        rig.PutAll("1", "2", "3");

        await MappingRig.IdleAsync(rig.Map());

        Assert.Equal((3, 0, true), (ledger.Check().Ends[LedgerEnd.Processed], ledger.Open, ledger.Check().IsClean));
    }

    private string Put(string key) => _stream.Put(key, [1]).SequenceNumber.ToString();

    private void Process(string number)
    {
        _ledger.Delivering(Reader, "orders", [number]);
        _ledger.Ended(Reader, "orders", number, LedgerEnd.Processed);
    }
}
