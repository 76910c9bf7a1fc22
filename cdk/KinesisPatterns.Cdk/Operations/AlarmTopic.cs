using Amazon.CDK.AWS.SNS;

namespace KinesisPatterns.Cdk;

/// <summary>A topic that takes alarms of this account, over TLS only.</summary>
public sealed class AlarmTopic : Construct
{
    /// <summary>Defines the topic.</summary>
    public AlarmTopic(Construct scope, string id) : base(scope, id)
    {
        Topic = new Topic(this, "Resource", new TopicProps { EnforceSSL = true });

        // A topic with a policy of its own loses the default one, by which CloudWatch publishes.
        Topic.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Principals = [new ServicePrincipal("cloudwatch.amazonaws.com")],
            Actions = ["sns:Publish"],
            Resources = [Topic.TopicArn],
            Conditions = new Dictionary<string, object>
            {
                ["StringEquals"] = new Dictionary<string, object> { ["aws:SourceAccount"] = Stack.Of(this).Account },
            },
        }));
    }

    /// <summary>The underlying L2; subscribe to it whoever is to be told.</summary>
    public Topic Topic { get; }
}
