using System.Collections.Concurrent;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>Whether what a function writes reaches its log group: without the right to, Lambda drops it.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html</remarks>
internal sealed class FunctionLogs(Deployment deployment, Authorization authorization, ServiceRoles roles)
{
    private readonly ConcurrentDictionary<string, Func<bool>> _functions = new(StringComparer.Ordinal);

    /// <summary>Whether a line that the function of that name wrote is kept.</summary>
    public bool Take(string function) => _functions.GetOrAdd(function, Destination)();

    private Func<bool> Destination(string name)
    {
        if (deployment.ByReference(name) is not { Type: "AWS::Lambda::Function" } function || roles.OfFunction(name) is not { } caller || FlinkEquivalents.Include(function))
        {
            return () => true;
        }

        var group = (string?)function.Properties["LoggingConfig"]?["LogGroup"] ?? $"/aws/lambda/{name}";
        var exists = deployment.OfType("AWS::Logs::LogGroup").Any(one => one.Ref == group);
        var stream = deployment.Identity.Arn("logs", $"log-group:{group}:log-stream:local");
        var refusal = (exists ? null : caller.Refusal("logs:CreateLogGroup", deployment.Identity.Arn("logs", $"log-group:{group}")))
            ?? caller.Refusal("logs:CreateLogStream", stream);
        return () =>
        {
            if ((refusal ?? caller.Refusal("logs:PutLogEvents", stream)) is not { } why)
            {
                return true;
            }

            authorization.Remark($"{function.Path}: what it writes is lost: {why}");
            return false;
        };
    }
}
