using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amazon.Lambda.APIGatewayEvents;

[DataContract]
public class APIGatewayCustomAuthorizerContext : Dictionary<string, object>
{
    [DataMember(Name = "principalId", IsRequired = false)]
    public string PrincipalId
    {
        get => TryGetValue("principalId", out var value) ? value?.ToString() : null;
        set => this["principalId"] = value;
    }

    [DataMember(Name = "claims", IsRequired = false)]
    [JsonIgnore]
    public Dictionary<string, string> Claims
    {
        get => field ??= TryGetValue("claims", out var value) && value is JsonElement { ValueKind: JsonValueKind.Object } claims
            ? claims.EnumerateObject().ToDictionary(claim => claim.Name, claim => claim.Value.ToString())
            : [];
        set => field = value;
    }
}
