using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.Local.Tests.Feed;

public sealed class ReadingLedgerTests
{
    private static readonly ReadingKey Key = new("m1", "temperature", 1);

    private readonly HashSet<ReadingKey> _store = [];
    private readonly ReadingLedger _ledger;

    public ReadingLedgerTests() => _ledger = new(_store.Contains);

    [Fact]
    public void A_reading_that_is_nowhere_is_lost_and_named()
    {
        Put("1", Key);

        var account = _ledger.Close();

        Assert.Equal(1, account.Lost);
        Assert.Contains("shard 1/0", Assert.Single(account.Missing), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reading_in_the_store_is_stored()
    {
        Put("1", Key);
        _store.Add(Key);

        Assert.Equal((1, 0), (_ledger.Close().Stored, _ledger.Close().Lost));
    }

    [Fact]
    public void A_rejection_counts_once_however_often_it_comes()
    {
        Put("1", (ReadingKey?)null);
        _ledger.OnRejected("shard", "1", 0, "malformed");
        _ledger.OnRejected("shard", "1", 0, "malformed");

        var account = _ledger.Close();

        Assert.Equal((1, 0), (account.Rejected, account.Lost));
        Assert.Equal(1, account.Reasons["malformed"]);
    }

    [Fact]
    public void A_rejection_may_come_before_the_answer_to_its_put()
    {
        _ledger.OnRejected("shard", "1", 0, "late");
        Put("1", Key);

        Assert.Equal((1, 0), (_ledger.Close().Rejected, _ledger.Close().Lost));
    }

    [Fact]
    public void A_failed_record_takes_all_its_readings_along()
    {
        Put("1", Key, new("m1", "humidity", 1), null);
        _ledger.OnFailed("shard", "1");

        Assert.Equal((3, 0), (_ledger.Close().Failed, _ledger.Close().Lost));
    }

    [Fact]
    public void A_cleansed_reading_that_failed_is_found_by_what_it_says()
    {
        Put("1", Key);
        _ledger.OnFailed(Key);

        Assert.Equal((1, 0), (_ledger.Close().Failed, _ledger.Close().Lost));
    }

    [Fact]
    public void A_duplicate_is_rejected_while_the_first_one_is_stored()
    {
        Put("1", Key);
        Put("2", Key);
        _store.Add(Key);
        _ledger.OnRejected("shard", "2", 0, "duplicate");

        var account = _ledger.Close();

        Assert.Equal((2, 1, 1, 0), (account.Readings, account.Stored, account.Rejected, account.Lost));
    }

    private void Put(string sequenceNumber, params ReadingKey?[] readings) =>
        _ledger.Put("shard", sequenceNumber, new("m1", new byte[1], readings));
}
