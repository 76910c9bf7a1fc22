using System.Text.Json;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace KinesisPatterns.Local.Tests.Messaging;

/// <summary>Queues and topics of a template, as the unmodified AWS SDK and the query protocol see them.</summary>
public sealed class MessagingTests : IAsyncLifetime
{
    private const string Topic = "arn:aws:sns:us-east-1:000000000000:news";

    private TestStack _stack = null!;
    private LocalHost _host = null!;
    private AmazonSQSClient _sqs = null!;
    private string _orders = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_stack, _host) = await TestStack.StartAsync("""
            {
              "Dead": { "Type": "AWS::SQS::Queue" },
              "Orders": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                  "VisibilityTimeout": 60,
                  "RedrivePolicy": { "deadLetterTargetArn": { "Fn::GetAtt": ["Dead", "Arn"] }, "maxReceiveCount": 3 }
                }
              },
              "Told": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                  "EventPattern": { "source": ["app"] },
                  "Targets": [{ "Id": "Queue", "Arn": { "Fn::GetAtt": ["Dead", "Arn"] } }, { "Id": "Topic", "Arn": { "Ref": "News" } }]
                }
              },
              "OrdersPolicy": { "Type": "AWS::SQS::QueuePolicy", "Properties": { "Queues": [{ "Ref": "Orders" }], "PolicyDocument": { "Statement": {
                "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" }, "Action": "sqs:SendMessage", "Resource": "*",
                "Condition": { "ArnEquals": { "aws:SourceArn": { "Ref": "News" } } } } } } },
              "DeadPolicy": { "Type": "AWS::SQS::QueuePolicy", "Properties": { "Queues": [{ "Ref": "Dead" }], "PolicyDocument": { "Statement": {
                "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sqs:SendMessage", "Resource": "*",
                "Condition": { "ArnEquals": { "aws:SourceArn": { "Fn::GetAtt": ["Told", "Arn"] } } } } } } },
              "NewsPolicy": { "Type": "AWS::SNS::TopicPolicy", "Properties": { "Topics": [{ "Ref": "News" }], "PolicyDocument": { "Statement": {
                "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sns:Publish", "Resource": "*" } } } },
              "News": { "Type": "AWS::SNS::Topic", "Properties": { "TopicName": "news" } },
              "Big": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                  "TopicArn": { "Ref": "News" }, "Protocol": "sqs", "Endpoint": { "Fn::GetAtt": ["Orders", "Arn"] },
                  "FilterPolicy": { "size": [{ "numeric": [">", 10] }] }
                }
              },
              "Mail": { "Type": "AWS::SNS::Subscription", "Properties": { "TopicArn": { "Ref": "News" }, "Protocol": "email", "Endpoint": "a@example.com" } }
            }
            """, """{ "Orders": { "Value": { "Ref": "Orders" } }, "Dead": { "Value": { "Ref": "Dead" } } }""");
        _orders = _host.Outputs["Orders"];
        _sqs = new(new BasicAWSCredentials("local", "local"), new AmazonSQSConfig { ServiceURL = _host.Endpoint.ToString(), AuthenticationRegion = "us-east-1" });
    }

    public async ValueTask DisposeAsync()
    {
        _sqs.Dispose();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task A_queue_of_the_template_takes_and_gives_messages()
    {
        // The SDK compares the digests that it is answered.
        await _sqs.SendMessageAsync(new()
        {
            QueueUrl = _orders,
            MessageBody = "{\"sku\":\"ä\"}",
            MessageAttributes = new()
            {
                ["kind"] = new() { DataType = "String", StringValue = "new" },
                ["raw"] = new() { DataType = "Binary", BinaryValue = new([1, 2, 3]) },
            },
        }, Stop);

        var received = await ReceiveAsync();
        Assert.Equal("{\"sku\":\"ä\"}", received.Body);
        Assert.Equal("new", received.MessageAttributes["kind"].StringValue);
        Assert.Equal([1, 2, 3], received.MessageAttributes["raw"].BinaryValue.ToArray());
        Assert.Equal("1", received.Attributes["ApproximateReceiveCount"]);

        await _sqs.DeleteMessageAsync(_orders, received.ReceiptHandle, Stop);
        var attributes = await _sqs.GetQueueAttributesAsync(_orders, ["All"], Stop);
        Assert.Equal(0, attributes.ApproximateNumberOfMessages + attributes.ApproximateNumberOfMessagesNotVisible);
        Assert.Equal(60, attributes.VisibilityTimeout);
    }

    [Fact]
    public async Task A_waiting_receiver_gets_what_comes()
    {
        var waiting = _sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = _orders, WaitTimeSeconds = 20 }, Stop);
        await _sqs.SendMessageAsync(_orders, "news", Stop);

        Assert.Equal("news", Assert.Single((await waiting.WaitAsync(TimeSpan.FromSeconds(10), Stop)).Messages).Body);
    }

    [Fact]
    public async Task A_batch_says_which_entry_failed()
    {
        var answer = await _sqs.SendMessageBatchAsync(_orders, [new("good", "x"), new("bad", "")], Stop);

        Assert.Equal("good", Assert.Single(answer.Successful).Id);
        Assert.Equal(("bad", "MissingParameter"), (Assert.Single(answer.Failed).Id, answer.Failed[0].Code));
        await Assert.ThrowsAsync<TooManyEntriesInBatchRequestException>(() => _sqs.SendMessageBatchAsync(
            _orders, [.. Enumerable.Range(0, 11).Select(i => new SendMessageBatchRequestEntry($"e{i}", "x"))], Stop));
    }

    [Fact]
    public async Task A_message_comes_back_as_soon_as_its_receiver_says_so()
    {
        await _sqs.SendMessageAsync(_orders, "again", Stop);
        var first = await ReceiveAsync();
        await _sqs.ChangeMessageVisibilityAsync(_orders, first.ReceiptHandle, 0, Stop);

        Assert.Equal("2", (await ReceiveAsync()).Attributes["ApproximateReceiveCount"]);
    }

    [Fact]
    public async Task Queues_come_and_go()
    {
        var url = (await _sqs.CreateQueueAsync("more", Stop)).QueueUrl;
        Assert.Equal(url, (await _sqs.GetQueueUrlAsync("more", Stop)).QueueUrl);
        Assert.Contains(url, (await _sqs.ListQueuesAsync("mo", Stop)).QueueUrls);
        await _sqs.SendMessageAsync(url, "x", Stop);
        await _sqs.PurgeQueueAsync(url, Stop);
        Assert.Null((await _sqs.ReceiveMessageAsync(url, Stop)).Messages);
        await _sqs.DeleteQueueAsync(url, Stop);

        await Assert.ThrowsAsync<QueueDoesNotExistException>(() => _sqs.SendMessageAsync(url, "x", Stop));
    }

    [Fact]
    public async Task A_topic_tells_the_queue_what_its_filter_lets_through()
    {
        await SnsAsync("Publish", ("TopicArn", Topic), ("Message", "small"), ("MessageAttributes.entry.1.Name", "size"),
            ("MessageAttributes.entry.1.Value.DataType", "Number"), ("MessageAttributes.entry.1.Value.StringValue", "3"));
        var answer = await SnsAsync("Publish", ("TopicArn", Topic), ("Message", "{\"n\":1}"), ("Subject", "hello"), ("MessageAttributes.entry.1.Name", "size"),
            ("MessageAttributes.entry.1.Value.DataType", "Number"), ("MessageAttributes.entry.1.Value.StringValue", "30"));

        using var envelope = JsonDocument.Parse((await ReceiveAsync()).Body);
        var root = envelope.RootElement;
        Assert.Equal(
            ["Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL", "MessageAttributes"],
            root.EnumerateObject().Select(member => member.Name));
        Assert.Equal("{\"n\":1}", root.GetProperty("Message").GetString());
        Assert.Equal(answer.Descendants().Single(e => e.Name.LocalName == "MessageId").Value, root.GetProperty("MessageId").GetString());
        Assert.Equal("30", root.GetProperty("MessageAttributes").GetProperty("size").GetProperty("Value").GetString());
        Assert.Empty((await _sqs.ReceiveMessageAsync(_orders, Stop)).Messages ?? []);
    }

    [Fact]
    public async Task A_raw_subscription_passes_the_message_as_it_is()
    {
        var url = (await _sqs.CreateQueueAsync("raw", Stop)).QueueUrl;
        await SnsAsync("Subscribe", ("TopicArn", Topic), ("Protocol", "sqs"), ("Endpoint", "arn:aws:sqs:us-east-1:000000000000:raw"),
            ("Attributes.entry.1.key", "RawMessageDelivery"), ("Attributes.entry.1.value", "true"));
        await SnsAsync("Publish", ("TopicArn", Topic), ("Message", "as it is"));

        Assert.Equal("as it is", Assert.Single((await _sqs.ReceiveMessageAsync(url, Stop)).Messages).Body);
    }

    [Fact]
    public async Task A_rule_tells_queues_and_the_listeners_of_topics()
    {
        var url = (await _sqs.CreateQueueAsync("listener", Stop)).QueueUrl;
        await SnsAsync("Subscribe", ("TopicArn", Topic), ("Protocol", "sqs"), ("Endpoint", "arn:aws:sqs:us-east-1:000000000000:listener"));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, _host.Endpoint)
        {
            Content = new StringContent("""{"Entries":[{"Source":"app","DetailType":"told","Detail":"{\"n\":1}"},{"Source":"other","DetailType":"not told","Detail":"{}"}]}"""),
        };
        request.Headers.Add("X-Amz-Target", "AWSEvents.PutEvents");
        request.Headers.TryAddWithoutValidation("Authorization", TestStack.Signature("local"));
        using var answer = await http.SendAsync(request, Stop);

        var queued = Assert.Single((await _sqs.ReceiveMessageAsync(_host.Outputs["Dead"], Stop)).Messages);
        Assert.Contains("\"detail-type\":\"told\"", queued.Body, StringComparison.Ordinal);
        using var heard = JsonDocument.Parse(Assert.Single((await _sqs.ReceiveMessageAsync(url, Stop)).Messages).Body);
        Assert.Contains("\"n\":1", heard.RootElement.GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_clients_speak_the_query_protocol_to_the_queue()
    {
        await FormAsync(_orders, "2012-11-05", "SendMessageBatch", ("SendMessageBatchRequestEntry.1.Id", "a"), ("SendMessageBatchRequestEntry.1.MessageBody", "<x>"));
        var answer = await FormAsync(_orders, "2012-11-05", "ReceiveMessage", ("AttributeName.1", "All"));

        var message = answer.Descendants().Single(e => e.Name.LocalName == "Message");
        Assert.Equal("<x>", message.Elements().Single(e => e.Name.LocalName == "Body").Value);
        Assert.Contains("ApproximateReceiveCount", message.Descendants().Select(e => e.Value));
        var missing = await FormAsync(new Uri(_host.Endpoint, "/000000000000/none").ToString(), "2012-11-05", "PurgeQueue");
        Assert.Equal("AWS.SimpleQueueService.NonExistentQueue", missing.Descendants().Single(e => e.Name.LocalName == "Code").Value);
    }

    [Fact]
    public async Task Who_may_not_is_refused_in_the_words_of_the_service()
    {
        _host.Services.Queues.Authorize = (_, action, arn) => action == "sqs:SendMessage" && arn.EndsWith("Orders", StringComparison.Ordinal) ? "not you" : null;

        var error = await Assert.ThrowsAsync<AmazonSQSException>(() => _sqs.SendMessageAsync(_orders, "x", Stop));

        Assert.Equal(("AccessDeniedException", 403), (error.ErrorCode, (int)error.StatusCode));
    }

    private async Task<Message> ReceiveAsync() => Assert.Single((await _sqs.ReceiveMessageAsync(new ReceiveMessageRequest
    {
        QueueUrl = _orders,
        MessageAttributeNames = ["All"],
        MessageSystemAttributeNames = ["All"],
    }, Stop)).Messages);

    private Task<XElement> SnsAsync(string action, params (string Name, string Value)[] fields) => FormAsync(_host.Endpoint.ToString(), "2010-03-31", action, fields);

    private static async Task<XElement> FormAsync(string url, string version, string action, params (string Name, string Value)[] fields)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(fields.Append(("Action", action)).Append(("Version", version)).Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
        using var answer = await http.PostAsync(new Uri(url), form, Stop);
        return XElement.Parse(await answer.Content.ReadAsStringAsync(Stop));
    }
}
