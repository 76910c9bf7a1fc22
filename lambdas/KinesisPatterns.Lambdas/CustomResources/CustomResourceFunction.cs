using System.Text.Json;
using Amazon.Lambda.Core;

namespace KinesisPatterns.Lambdas.CustomResources;

/// <summary>
/// Serves custom resources behind the CDK's provider framework, both as its <c>onEvent</c> and as its <c>isComplete</c>
/// handler (https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html).
/// </summary>
/// <param name="begin">
/// Begins what is asked. When it throws at a creation, nothing will be asked to be deleted: then it must have made nothing.
/// </param>
/// <param name="complete">
/// Tells whether that is done, again and again until it is; null when the begin is all there is. What it throws ends the
/// deployment, so a service that is only throttled is to be asked again.
/// </param>
public sealed class CustomResourceFunction(
    Func<CustomResourceRequest, CancellationToken, Task<CustomResourceAnswer>> begin,
    Func<CustomResourceRequest, CancellationToken, Task<CustomResourceProgress>>? complete = null)
{
    /// <summary>The Lambda entry point; its failures carry the reason for the stack's event.</summary>
    public async Task<Stream> HandleAsync(Stream input, CancellationToken deadline)
    {
        // The request holds an address that anyone may answer CloudFormation at: it is never logged.
        var request = await JsonSerializer.DeserializeAsync(input, CustomResourceJson.Default.CustomResourceRequest, deadline)
            ?? throw new CustomResourceException("Expected a request for a custom resource, got null.");
        try
        {
            var answer = request.Begun
                ? JsonSerializer.SerializeToUtf8Bytes(
                    await CompleteAsync(request, deadline), CustomResourceJson.Default.CustomResourceProgress)
                : JsonSerializer.SerializeToUtf8Bytes(
                    await begin(request, deadline), CustomResourceJson.Default.CustomResourceAnswer);
            return new MemoryStream(answer);
        }
        catch (CustomResourceException exception)
        {
            Log(request, exception);
            throw;
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            Log(request, exception);
            throw new CustomResourceException(
                $"{request.LogicalResourceId}: {request.RequestType} took longer than one invocation may.", exception);
        }
        catch (Exception exception)
        {
            Log(request, exception);
            throw new CustomResourceException($"{request.LogicalResourceId}: {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    private Task<CustomResourceProgress> CompleteAsync(CustomResourceRequest request, CancellationToken deadline) =>
        complete is null ? Task.FromResult(CustomResourceProgress.Done) : complete(request, deadline);

    private static void Log(CustomResourceRequest request, Exception exception) => LambdaLogger.Log(
        LogLevel.Error, exception, "{type} of {resource} failed.", request.RequestType, request.LogicalResourceId);
}
