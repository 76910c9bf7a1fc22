using Amazon.JSII.Runtime.Deputy;

namespace KinesisPatterns.Cdk;

/// <summary>Fails a synthesis in which a job's SQL asks for a property that nothing gives it.</summary>
// The CDK calls it back, which takes an object of jsii's own (https://github.com/aws/jsii/issues/1029).
internal sealed class FlinkPlaceholders(FlinkCode code, FlinkPropertyGroups groups)
    : DeputyBase(new DeputyProps([])), IValidation
{
    public string[] Validate() =>
    [
        .. code.Placeholders.Where(name => !groups.Has(name)).Order(StringComparer.Ordinal)
            .Select(name => $"expected a property for ${{{name}}}, which the SQL refers to, got none"),
    ];
}
