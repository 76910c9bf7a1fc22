namespace KinesisPatterns.Local;

/// <summary>Something the user can put right; the message says what and how, in one line.</summary>
public sealed class LocalHostException : Exception
{
    /// <summary>An error with its remedy.</summary>
    public LocalHostException(string message) : base(message)
    {
    }

    /// <summary>An error with its remedy and its cause.</summary>
    public LocalHostException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>An error without a message.</summary>
    public LocalHostException()
    {
    }
}
