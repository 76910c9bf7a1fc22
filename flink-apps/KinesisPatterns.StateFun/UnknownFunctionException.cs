namespace KinesisPatterns.StateFun;

/// <summary>A request for a function that is not here: the endpoint's <c>functions</c> in module.yaml name more than was registered.</summary>
public sealed class UnknownFunctionException : InvalidOperationException
{
    internal UnknownFunctionException(string type, IEnumerable<string> known)
        : base($"expected one of the functions {string.Join(", ", known.Order(StringComparer.Ordinal))}, got a request for {type}")
    {
    }
}
