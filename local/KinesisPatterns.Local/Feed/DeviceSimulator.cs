using System.Text;

namespace KinesisPatterns.Local.Feed;

/// <summary>
/// A hall of machines with five sensors each, a few of them faulty, and on a few a spike, a drift or a stuck sensor now and then: the same
/// seed gives the same readings.
/// </summary>
internal sealed class DeviceSimulator
{
    private sealed record Sensor(string Metric, string Unit, double Middle, double Swing, double Noise, int Decimals);

    private static readonly Sensor[] Sensors =
    [
        new("temperature", "celsius", 62, 14, 0.6, 2),
        new("humidity", "percent", 45, 12, 0.8, 1),
        new("pressure", "hectopascal", 1013, 9, 0.3, 1),
        new("vibration", "millimetre-per-second", 4, 2.5, 0.35, 3),
        new("power", "watt", 5200, 2600, 90, 0),
    ];

    // A series is long enough then to know what is usual.
    private const int AnomalyEvery = 300;
    private const int AnomalyAt = 220;
    private const int AnomalyLength = 20;

    // One series in as many has anomalies.
    private const int AnomalousSeries = 7;

    private readonly Random _random;
    private readonly TimeProvider _clock;
    private readonly int _devices;
    private readonly double _faulty;
    private readonly long[] _last;
    private readonly double[] _drift;
    private readonly int[] _count;
    private readonly double[] _value;
    private FedRecord? _previous;
    private long _sent;

    /// <param name="seed">Decides values and faults.</param>
    /// <param name="devices">How many machines there are.</param>
    /// <param name="faulty">The share of readings with a fault, 0 to 1.</param>
    /// <param name="clock">Tells the readings' time.</param>
    public DeviceSimulator(int seed, int devices, double faulty, TimeProvider clock)
    {
        _random = new(seed);
        _devices = devices;
        _faulty = faulty;
        _clock = clock;
        _last = new long[devices * Sensors.Length];
        _drift = new double[_last.Length];
        _count = new int[_last.Length];
        _value = new double[_last.Length];
    }

    public FedRecord Next()
    {
        var series = (int)(_sent++ % _last.Length);
        var record = _random.NextDouble() < _faulty ? Faulty(series)
            : _sent % 50 == 0 ? Aggregate(series)
            : Plain(series);
        _previous = record.Readings is [{ }] ? record : _previous;
        return record;
    }

    private FedRecord Plain(int series, string? unit = null, Func<double, double>? distort = null, long offset = 0)
    {
        var sensor = Sensors[series / _devices];
        var device = Device(series);
        var time = Time(series) + offset;
        var value = Value(series, sensor, time - offset);
        var json = ReadingJson.Of(device, sensor.Metric, ReadingJson.Iso(time), distort?.Invoke(value) ?? value, unit ?? sensor.Unit);
        return new(device, json, [new(device, sensor.Metric, time)]);
    }

    // A machine's whole set of sensors in one KPL-aggregated record.
    private FedRecord Aggregate(int series)
    {
        var device = series % _devices;
        var parts = Enumerable.Range(0, Sensors.Length).Select(s => Plain((s * _devices) + device)).ToList();
        return new(Device(series), KplAggregate.Of(Device(series), parts.Select(p => p.Data)), [.. parts.SelectMany(p => p.Readings)]);
    }

    private FedRecord Faulty(int series) => _random.Next(8) switch
    {
        0 => Raw(series, Encoding.UTF8.GetBytes("""{"device":"machine-01","metric":"temper""")),
        1 => Raw(series, [0x00, 0xff, 0x13, 0x37, .. Guid.NewGuid().ToByteArray()]),
        2 => Plain(series, distort: v => v * 1000),
        3 => Plain(series, unit: "furlong"),
        4 => Plain(series, offset: -(long)TimeSpan.FromDays(3).TotalMilliseconds),
        5 => Plain(series, offset: (long)TimeSpan.FromDays(3).TotalMilliseconds),
        6 => Raw(series, []),
        _ => _previous ?? Plain(series),
    };

    private FedRecord Raw(int series, byte[] data) => new(Device(series), data, [null]);

    private string Device(int series) => $"machine-{(series % _devices) + 1:D2}";

    private long Time(int series) => _last[series] = Math.Max(_clock.GetUtcNow().ToUnixTimeMilliseconds(), _last[series] + 1);

    private double Value(int series, Sensor sensor, long time)
    {
        _drift[series] = (_drift[series] * 0.995) + ((_random.NextDouble() - 0.5) * sensor.Noise);
        var wave = Math.Sin((time / 1000.0 / 45) + series) * sensor.Swing * 0.5;
        var value = sensor.Middle + wave + (_drift[series] * 4) + ((_random.NextDouble() - 0.5) * sensor.Noise);
        return _value[series] = Math.Round(Math.Max(Anomalous(series, sensor, value), 0), sensor.Decimals);
    }

    private double Anomalous(int series, Sensor sensor, double value)
    {
        var place = (_count[series]++ % AnomalyEvery) - AnomalyAt;
        if (series % AnomalousSeries != 0 || place is < 0 or >= AnomalyLength)
        {
            return value;
        }

        return (series / AnomalousSeries % 3) switch
        {
            0 => place == 0 ? value + (sensor.Swing * 3) : value,
            1 => value + (sensor.Swing * 3 * place / AnomalyLength),
            _ => place == 0 ? value : _value[series],
        };
    }
}
