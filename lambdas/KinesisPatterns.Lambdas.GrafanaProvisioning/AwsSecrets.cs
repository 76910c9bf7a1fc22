using Amazon.SecretsManager;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>AWS Secrets Manager through the AWS SDK.</summary>
internal sealed class AwsSecrets(IAmazonSecretsManager secrets) : ISecrets
{
    public async Task<string> ReadAsync(string arn, CancellationToken cancellation) =>
        (await secrets.GetSecretValueAsync(new() { SecretId = arn }, cancellation)).SecretString
        ?? throw new FormatException($"{arn}: expected a secret of text.");

    public Task WriteAsync(string arn, string text, CancellationToken cancellation) =>
        secrets.PutSecretValueAsync(new() { SecretId = arn, SecretString = text }, cancellation);
}
