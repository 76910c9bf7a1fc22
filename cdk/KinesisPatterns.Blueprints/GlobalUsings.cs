global using Amazon.CDK;
global using Amazon.CDK.AWS.DynamoDB;
global using Constructs;
global using KinesisPatterns.Cdk;
global using Attribute = Amazon.CDK.AWS.DynamoDB.Attribute;
