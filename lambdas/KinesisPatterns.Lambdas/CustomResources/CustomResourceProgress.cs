namespace KinesisPatterns.Lambdas.CustomResources;

/// <summary>Whether a request is done.</summary>
public sealed record CustomResourceProgress
{
    private CustomResourceProgress(bool isComplete, IReadOnlyDictionary<string, string>? data)
    {
        IsComplete = isComplete;
        Data = data;
    }

    /// <summary>Not yet: the framework asks again after its query interval.</summary>
    public static CustomResourceProgress Pending { get; } = new(false, null);

    /// <summary>Done.</summary>
    public static CustomResourceProgress Done { get; } = new(true, null);

    /// <summary>Whether it is done.</summary>
    public bool IsComplete { get; }

    /// <summary>What the template can ask the resource for, once it is done.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; }

    /// <summary>Done, and this is what the template can ask the resource for.</summary>
    public static CustomResourceProgress DoneWith(IReadOnlyDictionary<string, string> data) => new(true, data);
}
