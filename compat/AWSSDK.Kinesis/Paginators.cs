using Amazon.Runtime;

namespace Amazon.Kinesis.Model;

public interface IKinesisPaginatorFactory
{
    IListStreamConsumersPaginator ListStreamConsumers(ListStreamConsumersRequest request);
    IListStreamsPaginator ListStreams(ListStreamsRequest request);
}

public interface IListStreamConsumersPaginator
{
    IPaginatedEnumerable<ListStreamConsumersResponse> Responses { get; }
}

public interface IListStreamsPaginator
{
    IPaginatedEnumerable<ListStreamsResponse> Responses { get; }
    IPaginatedEnumerable<string> StreamNames { get; }
    IPaginatedEnumerable<StreamSummary> StreamSummaries { get; }
}

internal sealed class KinesisPaginatorFactory(IAmazonKinesis client) : IKinesisPaginatorFactory
{
    public IListStreamConsumersPaginator ListStreamConsumers(ListStreamConsumersRequest request) =>
        new ListStreamConsumersPaginator(new Pages<ListStreamConsumersResponse>(async (token, cancellation) =>
        {
            request.NextToken = token ?? request.NextToken;
            var page = await client.ListStreamConsumersAsync(request, cancellation).ConfigureAwait(false);
            return (page, page.NextToken);
        }));

    public IListStreamsPaginator ListStreams(ListStreamsRequest request) =>
        new ListStreamsPaginator(new Pages<ListStreamsResponse>(async (token, cancellation) =>
        {
            request.NextToken = token ?? request.NextToken;
            var page = await client.ListStreamsAsync(request, cancellation).ConfigureAwait(false);
            return (page, page.NextToken);
        }));

    private sealed class ListStreamConsumersPaginator(Pages<ListStreamConsumersResponse> pages) : IListStreamConsumersPaginator
    {
        public IPaginatedEnumerable<ListStreamConsumersResponse> Responses => pages;
    }

    private sealed class ListStreamsPaginator(Pages<ListStreamsResponse> pages) : IListStreamsPaginator
    {
        public IPaginatedEnumerable<ListStreamsResponse> Responses => pages;
        public IPaginatedEnumerable<string> StreamNames { get; } = new Items<ListStreamsResponse, string>(pages, page => page.StreamNames);
        public IPaginatedEnumerable<StreamSummary> StreamSummaries { get; } =
            new Items<ListStreamsResponse, StreamSummary>(pages, page => page.StreamSummaries);
    }

    private sealed class Pages<T>(Func<string, CancellationToken, Task<(T Page, string Next)>> load) : IPaginatedEnumerable<T>
    {
        public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            string token = null;
            do
            {
                (var page, token) = await load(token, cancellationToken).ConfigureAwait(false);
                yield return page;
            }
            while (!string.IsNullOrEmpty(token));
        }
    }

    private sealed class Items<TPage, T>(Pages<TPage> pages, Func<TPage, List<T>> items) : IPaginatedEnumerable<T>
    {
        public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await foreach (var page in pages.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                foreach (var item in items(page) ?? [])
                {
                    yield return item;
                }
            }
        }
    }
}
