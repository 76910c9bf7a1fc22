namespace KinesisPatterns.StateFun.AspNetCore;

/// <summary>A function that was made for a request and is no service: nobody else would dispose it.</summary>
internal sealed class FunctionOfRequest : IDisposable, IAsyncDisposable
{
    public object? Function { get; set; }

    public void Dispose() => (Function as IDisposable)?.Dispose();

    public ValueTask DisposeAsync()
    {
        if (Function is IAsyncDisposable function)
        {
            return function.DisposeAsync();
        }

        Dispose();
        return default;
    }
}
