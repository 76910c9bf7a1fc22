namespace KinesisPatterns.Local;

/// <summary>What both the CDK (jsii) and dynalite need.</summary>
internal static class NodeJs
{
    public const int Oldest = 20;

    public static LocalHostException Missing(Exception error) => new(
        $"Node.js is not installed (the command `node` was not found): install Node.js {Oldest} or later, https://nodejs.org .", error);
}
