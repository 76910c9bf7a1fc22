using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.ReadModel;
using static KinesisPatterns.Replay.Tests.OrderEvents;

namespace KinesisPatterns.Replay.Tests;

/// <summary>Events come while the replay runs, twice and out of order; the projection lags behind; the replay is killed and run again.</summary>
public sealed class ReplayPropertyTests
{
    private const int Killed = 0;

    [Fact]
    public void The_new_table_has_every_event_once_whatever_happens_meanwhile() => Prop.ForAll(
        Gen.Choose(1, int.MaxValue / 2).ToArbitrary(),
        seed => new Course(seed).RunAsync().GetAwaiter().GetResult())
        .Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private sealed class Course
    {
        private const int Orders = 5;

        private readonly Random _random;
        private readonly World _world = new();
        private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal);
        private readonly Queue<List<string>> _delivered = new();
        private readonly List<(ReadModelTables Tables, List<string> Batch)> _underWay = [];
        private readonly Dictionary<string, string> _shards = new(StringComparer.Ordinal);
        private readonly int _kills;
        private int _splits;
        private int _killed;
        private int _added;

        public Course(int seed)
        {
            _random = new(seed);
            _kills = _random.Next(0, 6);
            _world.AddShard("a");
            _world.AddShard("b");

            foreach (var order in Enumerable.Range(0, Orders))
            {
                _shards[$"o-{order}"] = order % 2 == 0 ? "a" : "b";
            }

            // The archive ends somewhere, the stream begins before that.
            var history = Enumerable.Range(0, _random.Next(1, 60)).Select(_ => Next()).ToList();
            var archived = _random.Next(0, history.Count + 1);
            var retained = _random.Next(0, archived + 1);
            var lines = Disordered(history.Take(archived).Select(one => one.Text)).ToList();
            foreach (var (index, chunk) in lines.Chunk(9).Index())
            {
                _world.Archive(index.ToString("D3", CultureInfo.InvariantCulture), chunk);
            }

            foreach (var shard in history.Skip(retained).GroupBy(one => one.Shard))
            {
                _world.Put(shard.Key, Disordered(shard.Select(one => one.Text)));
            }

            var known = _random.Next(0, history.Count + 1);
            _world.Project(_world.Tables, history.Take(known).Select(one => one.Text));
            _delivered.Enqueue([.. history.Skip(known).Select(one => one.Text)]);
        }

        public async Task RunAsync()
        {
            _world.Step = Step;
            for (; ; )
            {
                try
                {
                    await _world.ReplayAsync(patience: TimeSpan.FromSeconds(10));
                    break;
                }
                catch (OperationCanceledException exception) when (exception.HResult == Killed)
                {
                    // As after a kill: nothing is left but what was stored.
                }
            }

            _world.Step = () => { };
            while (_delivered.Count > 0 || _underWay.Count > 0)
            {
                Deliver();
                Finish();
            }

            Assert.Equal(new("orders-2", null), _world.Tables);
            Assert.Equal(
                _versions.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"order/{one.Key} {string.Join(' ', Enumerable.Range(1, one.Value).TakeLast(50))}"),
                _world.Target.Items.OrderBy(one => one.Key, StringComparer.Ordinal)
                    .Select(one => $"{one.Key} {string.Join(' ', one.Value[Attributes.History].L.Select(happened => happened.M["version"].N))}"));
            Assert.DoesNotContain(_world.Target.Items.Values, item => item.ContainsKey(Attributes.Early));
        }

        private void Step()
        {
            lock (_random)
            {
                switch (_random.Next(0, 30))
                {
                    case 0 when _killed < _kills:
                        _killed++;
                        throw new OperationCanceledException("killed") { HResult = Killed };
                    case < 4 when _added < 60:
                        _added++;
                        Arrive();
                        break;
                    case < 8:
                        Outside(Deliver);
                        break;
                    case < 11:
                        Outside(Finish);
                        break;
                    case 11 when _splits < 4:
                        Split($"s-{_splits++}");
                        break;
                    case 12 when _splits < 4:
                        Merge($"s-{_splits++}");
                        break;
                }
            }
        }

        // What happens outside of the replay is no step of it.
        private void Outside(Action action)
        {
            var step = _world.Step;
            _world.Step = () => { };
            action();
            _world.Step = step;
        }

        // What was on a shard goes to one of its two children.
        private void Split(string name)
        {
            var parent = _shards.Values.ElementAt(_random.Next(_shards.Count));
            _world.Close(parent);
            _world.AddShard($"{name}-0", parent);
            _world.AddShard($"{name}-1", parent);
            foreach (var order in _shards.Where(one => one.Value == parent).Select(one => one.Key).ToList())
            {
                _shards[order] = $"{name}-{_random.Next(2)}";
            }
        }

        private void Merge(string name)
        {
            if (_shards.Values.Distinct().Take(2).ToArray() is not [var one, var other])
            {
                return;
            }

            _world.Close(one);
            _world.Close(other);
            _world.AddShard(name, one, other);
            foreach (var order in _shards.Where(shard => shard.Value == one || shard.Value == other).Select(shard => shard.Key).ToList())
            {
                _shards[order] = name;
            }
        }

        private void Arrive()
        {
            var (shard, text) = Next();
            _world.Put(shard, _random.Next(0, 4) == 0 ? [text, text] : [text]);
            _delivered.Enqueue([text]);
        }

        // A batch is handed to the projection, which looks at the alias then and writes later.
        private void Deliver()
        {
            if (_delivered.TryDequeue(out var batch))
            {
                _underWay.Add((_world.Tables, batch));
            }
        }

        private void Finish()
        {
            if (_underWay.Count > 0)
            {
                var index = _random.Next(0, _underWay.Count);
                var (tables, batch) = _underWay[index];
                _underWay.RemoveAt(index);
                _world.Project(tables, batch);
            }
        }

        private (string Shard, string Text) Next()
        {
            var order = $"o-{_random.Next(0, Orders)}";
            var version = _versions[order] = _versions.GetValueOrDefault(order) + 1;
            return (_shards[order], OfOrder(order, version));
        }

        // Some come twice, some a little later than they should.
        private IEnumerable<string> Disordered(IEnumerable<string> events) => events
            .SelectMany(text => _random.Next(0, 5) == 0 ? new[] { text, text } : [text])
            .Index().OrderBy(one => one.Index + (_random.Next(0, 4) == 0 ? 3.5 : 0)).Select(one => one.Item).ToList();
    }
}
