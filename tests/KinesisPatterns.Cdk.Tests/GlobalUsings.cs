global using Amazon.CDK;
