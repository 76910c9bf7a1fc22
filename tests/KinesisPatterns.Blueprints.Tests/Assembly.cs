// jsii, on which the CDK runs, is not thread-safe.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
