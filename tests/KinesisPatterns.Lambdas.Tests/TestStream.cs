using System.Text;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Tests;

/// <summary>A stream that keeps what is put into it, and refuses what the test wants refused.</summary>
internal sealed class TestStream : IRecordStream
{
    private readonly Lock _lock = new();

    public List<(string Key, string Text)> Records { get; } = [];

    public List<int> Calls { get; } = [];

    /// <summary>The error code for a record, or null to take it; told the number of the call, from 1.</summary>
    public Func<string, int, string?> Refuse { get; set; } = (_, _) => null;

    public Task<IReadOnlyList<string?>> PutAsync(IReadOnlyList<OutputRecord> records, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Calls.Add(records.Count);
            var answers = new List<string?>();
            foreach (var record in records)
            {
                var text = Encoding.UTF8.GetString(record.Data.Span);
                var code = Refuse(text, Calls.Count);
                answers.Add(code);
                if (code is null)
                {
                    Records.Add((record.PartitionKey, text));
                }
            }

            return Task.FromResult<IReadOnlyList<string?>>(answers);
        }
    }
}
