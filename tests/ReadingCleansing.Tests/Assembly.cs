// jsii, which CDK's types live in, is not thread-safe.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
