namespace KinesisPatterns.Cdk.Tests;

public sealed class AlarmTopicTests
{
    [Fact]
    public void Takes_alarms_of_this_account_over_tls_only()
    {
        var stack = new Stack();

        new AlarmTopic(stack, "Topic");

        stack.ShouldHave("AWS::SNS::TopicPolicy", """
            {
              "Topics": [{ "Ref": "TopicB198EEC5" }],
              "PolicyDocument": {
                "Statement": [
                  {
                    "Effect": "Allow",
                    "Principal": { "Service": "cloudwatch.amazonaws.com" },
                    "Action": "sns:Publish",
                    "Condition": { "StringEquals": { "aws:SourceAccount": { "Ref": "AWS::AccountId" } } }
                  },
                  {
                    "Effect": "Deny",
                    "Action": "sns:Publish",
                    "Condition": { "Bool": { "aws:SecureTransport": "false" } }
                  }
                ]
              }
            }
            """);
    }
}
