namespace KinesisPatterns.StateFun.AspNetCore;

/// <summary>Functions that were made for a request and are no services: nobody else would dispose them.</summary>
internal sealed class FunctionsOfRequest : IAsyncDisposable
{
    private readonly List<object> _functions = [];

    public void Add(object function) => _functions.Add(function);

    public async ValueTask DisposeAsync()
    {
        foreach (var function in _functions)
        {
            if (function is IAsyncDisposable later)
            {
                await later.DisposeAsync();
            }
            else if (function is IDisposable now)
            {
                now.Dispose();
            }
        }
    }
}
