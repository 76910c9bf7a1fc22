using Amazon.CDK.AWS.SNS;

namespace KinesisPatterns.Cdk;

/// <summary>The role by which a workspace asks AWS.</summary>
internal static class GrafanaRole
{
    // What queries and their editor call: https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/configure/
    private static readonly string[] _metrics =
        ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"];

    public static Role In(Construct scope, IReadOnlyList<ITopic> topics)
    {
        var stack = Stack.Of(scope);
        var role = new Role(scope, "Role", new RoleProps
        {
            // https://docs.aws.amazon.com/grafana/latest/userguide/cross-service-confused-deputy-prevention.html
            AssumedBy = new ServicePrincipal("grafana.amazonaws.com", new ServicePrincipalOpts
            {
                Conditions = new Dictionary<string, object>
                {
                    ["StringEquals"] = new Dictionary<string, object> { ["aws:SourceAccount"] = stack.Account },
                    ["StringLike"] = new Dictionary<string, object>
                    {
                        ["aws:SourceArn"] = $"arn:{stack.Partition}:grafana:{stack.Region}:{stack.Account}:/workspaces/*",
                    },
                },
            }),
        });
        role.AddToPolicy(new PolicyStatement(new PolicyStatementProps { Actions = _metrics, Resources = ["*"] }));
        foreach (var topic in topics)
        {
            topic.GrantPublish(role);
        }

        FunctionRole.Policy(role).Acknowledge(
            "AwsSolutions-IAM5", "CloudWatch has no resources by which reading could be narrowed.", "Resource::*");
        return role;
    }
}
