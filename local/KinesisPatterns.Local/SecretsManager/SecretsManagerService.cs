using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.State;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.SecretsManager;

/// <summary>Secrets as the template generates them, new in every run unless a state is kept.</summary>
internal sealed class SecretsManagerService(HostState? state = null)
{
    private const string File = "secrets.json";

    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, string> _values = new(
        state is null ? [] : HostState.Load<Dictionary<string, string>>(state.PathOf(File)) ?? [], StringComparer.Ordinal);

    public void Put(string id, string value)
    {
        lock (_lock)
        {
            _values[id] = value;
            state?.Save(state.PathOf(File), _values);
        }
    }

    /// <summary>Creates the secret as <c>AWS::SecretsManager::Secret</c> describes it.</summary>
    /// <remarks>https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-secretsmanager-secret-generatesecretstring.html</remarks>
    public void Create(string arn, JsonObject properties)
    {
        if (_values.ContainsKey(arn))
        {
            return;
        }

        if (properties["GenerateSecretString"] is not JsonObject generate)
        {
            Put(arn, (string?)properties["SecretString"] ?? "");
            return;
        }

        var password = Password(generate);
        if (generate["SecretStringTemplate"] is not { } template)
        {
            Put(arn, password);
            return;
        }

        var value = JsonNode.Parse((string)template!)!.AsObject();
        value[(string)generate["GenerateStringKey"]!] = password;
        Put(arn, value.ToJsonString());
    }

    public string Value(string id) =>
        _values.GetValueOrDefault(id)
        ?? throw new AwsJsonError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

    public Task HandleAsync(HttpContext context) => AwsJson.ServeAsync(context, (operation, request) =>
    {
        var id = (string?)request["SecretId"] ?? "";
        context.Demand($"secretsmanager:{operation}", id, new("secretsmanager:SecretId", id));
        context.DemandKeyOf(id, "secretsmanager", "kms:Decrypt");
        return Task.FromResult<JsonObject?>(operation switch
        {
            "GetSecretValue" => new() { ["ARN"] = id, ["Name"] = id, ["SecretString"] = Value(id), ["VersionStages"] = new JsonArray("AWSCURRENT") },
            _ => throw AwsJson.Unknown($"secretsmanager:{operation}"),
        });
    });

    private static string Password(JsonObject rules)
    {
        var excluded = (string?)rules["ExcludeCharacters"] ?? "";
        var characters = string.Concat(
            Json.Boolean(rules["ExcludeLowercase"]) == true ? "" : Lower,
            Json.Boolean(rules["ExcludeUppercase"]) == true ? "" : Lower.ToUpperInvariant(),
            Json.Boolean(rules["ExcludeNumbers"]) == true ? "" : Digits,
            Json.Boolean(rules["ExcludePunctuation"]) == true ? "" : Punctuation);
        return RandomNumberGenerator.GetString(
            [.. characters.Where(c => !excluded.Contains(c, StringComparison.Ordinal))], Json.Integer(rules["PasswordLength"]) ?? 32);
    }
}
