using System.Net;
using Amazon.KinesisAnalyticsV2;
using Amazon.KinesisAnalyticsV2.Model;
using Amazon.Runtime;

namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>One application of Amazon Managed Service for Apache Flink.</summary>
internal sealed class ManagedFlink(IAmazonKinesisAnalyticsV2 service, string name) : IFlinkService
{
    private const int Page = 50;

    public async Task<Application?> DescribeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Call(() => service.DescribeApplicationAsync(new() { ApplicationName = name }, cancellationToken));
            return From(answer.ApplicationDetail);
        }
        catch (FlinkServiceException exception) when (exception.IsNotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<Operation>> OperationsAsync(CancellationToken cancellationToken)
    {
        var operations = new List<Operation>();
        var request = new ListApplicationOperationsRequest { ApplicationName = name, Limit = Page };
        do
        {
            var answer = await Call(() => service.ListApplicationOperationsAsync(request, cancellationToken));
            operations.AddRange((answer.ApplicationOperationInfoList ?? []).Select(operation => new Operation(
                operation.OperationId, operation.Operation, operation.OperationStatus, Time(operation.StartTime)!.Value, Time(operation.EndTime))));
            request.NextToken = answer.NextToken;
        }
        while (request.NextToken is { Length: > 0 });

        return operations;
    }

    public async Task<string?> ReasonAsync(string operationId, CancellationToken cancellationToken)
    {
        var answer = await Call(() => service.DescribeApplicationOperationAsync(
            new() { ApplicationName = name, OperationId = operationId }, cancellationToken));
        return answer.ApplicationOperationInfoDetails?.OperationFailureDetails?.ErrorInfo?.ErrorString;
    }

    public Task StartAsync(Restore restore, CancellationToken cancellationToken) => Call(() => service.StartApplicationAsync(
        new()
        {
            ApplicationName = name,
            RunConfiguration = new()
            {
                FlinkRunConfiguration = new() { AllowNonRestoredState = restore.AllowNonRestoredState },
                ApplicationRestoreConfiguration = restore.Type is null
                    ? null
                    : new() { ApplicationRestoreType = restore.Type, SnapshotName = restore.SnapshotName },
            },
        },
        cancellationToken));

    public Task StopAsync(bool force, CancellationToken cancellationToken) =>
        Call(() => service.StopApplicationAsync(new() { ApplicationName = name, Force = force }, cancellationToken));

    public Task RollBackAsync(long version, CancellationToken cancellationToken) => Call(() => service.RollbackApplicationAsync(
        new() { ApplicationName = name, CurrentApplicationVersionId = version }, cancellationToken));

    public async Task<IReadOnlyList<Snapshot>> SnapshotsAsync(CancellationToken cancellationToken)
    {
        var snapshots = new List<Snapshot>();
        var request = new ListApplicationSnapshotsRequest { ApplicationName = name, Limit = Page };
        do
        {
            var answer = await Call(() => service.ListApplicationSnapshotsAsync(request, cancellationToken));
            snapshots.AddRange((answer.SnapshotSummaries ?? []).Select(snapshot => new Snapshot(
                snapshot.SnapshotName, snapshot.SnapshotStatus, Time(snapshot.SnapshotCreationTimestamp)!.Value)));
            request.NextToken = answer.NextToken;
        }
        while (request.NextToken is { Length: > 0 });

        return snapshots;
    }

    public Task CreateSnapshotAsync(string snapshot, CancellationToken cancellationToken) => Call(
        () => service.CreateApplicationSnapshotAsync(new() { ApplicationName = name, SnapshotName = snapshot }, cancellationToken));

    public Task DeleteSnapshotAsync(Snapshot snapshot, CancellationToken cancellationToken) => Call(
        () => service.DeleteApplicationSnapshotAsync(
            new() { ApplicationName = name, SnapshotName = snapshot.Name, SnapshotCreationTimestamp = snapshot.Created.UtcDateTime },
            cancellationToken));

    private static Application From(ApplicationDetail detail)
    {
        var configuration = detail.ApplicationConfigurationDescription;
        return new()
        {
            Status = detail.ApplicationStatus,
            Version = detail.ApplicationVersionId ?? 0,
            Updated = Time(detail.ApplicationVersionCreateTimestamp ?? detail.LastUpdateTimestamp ?? detail.CreateTimestamp)!.Value,
            Runtime = detail.RuntimeEnvironment,
            CodeKey = configuration?.ApplicationCodeConfigurationDescription?.CodeContentDescription?
                .S3ApplicationCodeLocationDescription?.FileKey,
            Parallelism = configuration?.FlinkApplicationConfigurationDescription?.ParallelismConfigurationDescription?.Parallelism,
            PropertyGroups = (configuration?.EnvironmentPropertyDescriptions?.PropertyGroupDescriptions ?? []).ToDictionary(
                group => group.PropertyGroupId, group => (IReadOnlyDictionary<string, string>)(group.PropertyMap ?? [])),
        };
    }

    private static DateTimeOffset? Time(DateTime? time) => time?.ToUniversalTime();

    private static async Task<T> Call<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AmazonServiceException exception)
        {
            var code = exception.StatusCode >= HttpStatusCode.InternalServerError
                ? FlinkServiceException.Unavailable
                : (exception.ErrorCode ?? "").Replace("Exception", "");
            throw new FlinkServiceException(code, exception.Message, exception);
        }
        catch (HttpRequestException exception)
        {
            throw new FlinkServiceException(FlinkServiceException.Unavailable, exception.Message, exception);
        }
    }
}
