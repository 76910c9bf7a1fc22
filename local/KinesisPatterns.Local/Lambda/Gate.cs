using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Lets work pass while it is open.</summary>
internal sealed class Gate(bool isOpen)
{
    private readonly Pulse _opened = new();
    private volatile bool _isOpen = isOpen;

    public bool IsOpen
    {
        get => _isOpen;
        set
        {
            _isOpen = value;
            _opened.Fire();
        }
    }

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (!_isOpen)
        {
            var opened = _opened.Next();
            if (!_isOpen)
            {
                await opened.WaitAsync(cancellationToken);
            }
        }
    }
}
