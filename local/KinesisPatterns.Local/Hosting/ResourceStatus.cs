namespace KinesisPatterns.Local;

/// <summary>A resource of the stack and how it runs here.</summary>
/// <param name="Path">The construct path, e.g. <c>TimeSeries/Readings/Resource</c>.</param>
/// <param name="LogicalId">The logical id in the template.</param>
/// <param name="Type">The CloudFormation type.</param>
/// <param name="Here">What stands for it on this machine.</param>
/// <param name="Runs">False when its properties were checked but nothing stands for it.</param>
public sealed record ResourceStatus(string Path, string LogicalId, string Type, string Here, bool Runs);
