using Amazon.KinesisAnalyticsV2;
using Amazon.Lambda.Core;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.FlinkLifecycle;

await FunctionHost.RunAsync(static () =>
{
    var service = new AmazonKinesisAnalyticsV2Client();
    var lifecycle = new FlinkLifecycleFunction(
        application => new ManagedFlink(service, application), TimeProvider.System, LambdaLogger.Log);
    return new CustomResourceFunction(lifecycle.BeginAsync, lifecycle.CompleteAsync).HandleAsync;
});
