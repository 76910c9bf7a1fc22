using System.Text;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.Local.Faults;

/// <summary>Mixes records into a feed that no function can make anything of.</summary>
internal static class PoisonFeed
{
    // In the stream it fits; what a function says about it does not fit into another one.
    private const int Large = 900_000;

    public static IEnumerable<FedRecord> Mix(IEnumerable<FedRecord> feed, FaultPlan plan)
    {
        foreach (var record in feed)
        {
            if (plan.Draw(FaultKind.Poison, "feed") is { } draw)
            {
                yield return new(record.PartitionKey, Data(draw), [null]);
            }

            yield return record;
        }
    }

    private static byte[] Data(FaultDraw draw)
    {
        var noise = new byte[draw.Below(2000, 2) + 1];
        new Random((int)(draw.State & int.MaxValue)).NextBytes(noise);
        return draw.Below(10) switch
        {
            0 => Bytes(Large, 0xfe),
            1 => [0xF3, 0x89, 0x9A, 0xC2, .. noise],
            2 => Encoding.UTF8.GetBytes(new string('[', 20_000)),
            3 => Encoding.UTF8.GetBytes("{\"device\":\"a\\ud800\",\"metric\":\"m\",\"time\":0,\"value\":1}"),
            4 => Encoding.UTF8.GetBytes("{\"device\":\"\\u0000\",\"metric\":\"m\",\"time\":\"9999-99-99\",\"value\":1e999}"),
            5 => Encoding.UTF8.GetBytes("{\"commandId\":\"c\\ud800\",\"type\":\"ShipOrder\",\"orderId\":\"\\udfff\"}"),
            6 => Encoding.UTF8.GetBytes("{\"commandId\":\"huge\",\"type\":\"PayOrder\",\"orderId\":\"o\",\"amount\":1e999}"),
            7 => Encoding.UTF8.GetBytes("null"),
            8 => [],
            _ => noise,
        };
    }

    private static byte[] Bytes(int count, byte value)
    {
        var bytes = new byte[count];
        Array.Fill(bytes, value);
        return bytes;
    }
}
