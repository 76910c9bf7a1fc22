using System.Text;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Feed;

/// <summary>Keeps what the producer was told beyond this process, so that a later run can ask where it is.</summary>
internal sealed class KeptReadingLedger : IReadingLedger
{
    private readonly ReadingLedger _ledger;
    private readonly FrameLog _log;

    /// <summary>Enters what earlier runs put into the ledger.</summary>
    public KeptReadingLedger(ReadingLedger ledger, HostState state)
    {
        _ledger = ledger;
        _log = state.Open(state.PathOf("fed.log"), Restore);
    }

    public void Put(string shardId, string sequenceNumber, FedRecord record)
    {
        _log.Append(Frame(shardId, sequenceNumber, record));
        _ledger.Put(shardId, sequenceNumber, record);
    }

    private void Restore(ReadOnlyMemory<byte> frame)
    {
        using var reader = new BinaryReader(new MemoryStream(frame.ToArray()), Encoding.UTF8);
        var (shardId, number) = (reader.ReadString(), reader.ReadString());
        var readings = new ReadingKey?[reader.Read7BitEncodedInt()];
        for (var i = 0; i < readings.Length; i++)
        {
            readings[i] = reader.ReadBoolean() ? new(reader.ReadString(), reader.ReadString(), reader.ReadInt64()) : null;
        }

        _ledger.Put(shardId, number, new("", default, readings));
    }

    private static byte[] Frame(string shardId, string sequenceNumber, FedRecord record)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(shardId);
        writer.Write(sequenceNumber);
        writer.Write7BitEncodedInt(record.Readings.Count);
        foreach (var reading in record.Readings)
        {
            writer.Write(reading is not null);
            if (reading is { } key)
            {
                writer.Write(key.Device);
                writer.Write(key.Metric);
                writer.Write(key.Milliseconds);
            }
        }

        writer.Flush();
        return bytes.ToArray();
    }
}
