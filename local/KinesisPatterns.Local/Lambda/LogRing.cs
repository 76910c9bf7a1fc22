namespace KinesisPatterns.Local.Lambda;

/// <summary>The last lines that an environment wrote.</summary>
internal sealed class LogRing
{
    // https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: the tail has 4 KiB.
    private const int TailLength = 4096;

    private readonly Queue<string> _lines = new();
    private int _length;

    public void Add(string line)
    {
        lock (_lines)
        {
            _lines.Enqueue(line);
            _length += line.Length + 1;
            while (_length > TailLength && _lines.Count > 1)
            {
                _length -= _lines.Dequeue().Length + 1;
            }
        }
    }

    public void Clear()
    {
        lock (_lines)
        {
            _lines.Clear();
            _length = 0;
        }
    }

    public override string ToString()
    {
        lock (_lines)
        {
            var text = string.Join('\n', _lines);
            return text.Length <= TailLength ? text : text[^TailLength..];
        }
    }
}
