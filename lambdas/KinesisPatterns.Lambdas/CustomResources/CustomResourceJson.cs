using System.Text.Json.Serialization;

namespace KinesisPatterns.Lambdas.CustomResources;

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CustomResourceRequest))]
[JsonSerializable(typeof(CustomResourceAnswer))]
[JsonSerializable(typeof(CustomResourceProgress))]
internal sealed partial class CustomResourceJson : JsonSerializerContext;
