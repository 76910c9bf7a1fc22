namespace KinesisPatterns.Local.Feed;

/// <summary>Hears of every record that a stream accepted.</summary>
internal interface IReadingLedger
{
    void Put(string shardId, string sequenceNumber, FedRecord record);
}
