using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk.Tests;

public sealed class StatefulFunctionsNetworkTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Makes_private_subnets_behind_one_NAT_gateway()
    {
        new StatefulFunctionsNetwork(_stack, "Network");

        _stack.ShouldCount("AWS::EC2::NatGateway", 1);
        Assert.All(
            _stack.All("AWS::EC2::Subnet"),
            subnet => Assert.False(subnet.GetProperty("Properties").GetProperty("MapPublicIpOnLaunch").GetBoolean()));
        _stack.ShouldHave("AWS::EC2::VPCEndpoint", """{ "VpcEndpointType": "Gateway" }""");
    }

    [Fact]
    public void Its_endpoint_lets_through_posts_to_APIs_of_this_account_only()
    {
        new StatefulFunctionsNetwork(_stack, "Network");

        _stack.ShouldHave("AWS::EC2::VPCEndpoint", """
            {
              "VpcEndpointType": "Interface",
              "PrivateDnsEnabled": true,
              "PolicyDocument": {
                "Statement": [
                  {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": {
                      "Fn::Join": ["", [
                        "arn:", { "Ref": "AWS::Partition" }, ":execute-api:", { "Ref": "AWS::Region" }, ":", { "Ref": "AWS::AccountId" }, ":*/POST/*"
                      ]]
                    }
                  }
                ]
              }
            }
            """);
    }

    [Fact]
    public void Takes_a_VPC_and_its_endpoint()
    {
        var vpc = new Vpc(_stack, "Vpc");
        var endpoint = vpc.AddInterfaceEndpoint("Api", new InterfaceVpcEndpointOptions
        {
            Service = InterfaceVpcEndpointAwsService.APIGATEWAY,
        });

        var network = new StatefulFunctionsNetwork(_stack, "Network", new() { Vpc = vpc, ApiEndpoint = endpoint });

        _stack.ShouldCount("AWS::EC2::VPC", 1);
        _stack.ShouldCount("AWS::EC2::VPCEndpoint", 1);
        Assert.Same(endpoint, network.ApiEndpoint);
    }
}
