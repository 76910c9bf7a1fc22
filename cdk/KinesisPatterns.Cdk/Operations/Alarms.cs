using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.SNS;

namespace KinesisPatterns.Cdk;

/// <summary>One thing to watch.</summary>
/// <param name="Id">What is wrong when it alarms, in PascalCase: the alarm's id.</param>
/// <param name="Metric">A metric, from a resource's own metric method.</param>
/// <param name="Above">The alarm rises when the metric is above this for a minute.</param>
/// <param name="Then">What the person woken by it does.</param>
public sealed record Watch(string Id, Metric Metric, double Above, string Then);

/// <summary>One alarm for each thing to watch.</summary>
public sealed class Alarms : Construct
{
    private readonly List<Alarm> _alarms = [];

    /// <summary>Defines the alarms.</summary>
    public Alarms(Construct scope, string id, params IReadOnlyList<Watch> watches) : base(scope, id)
    {
        foreach (var watch in watches)
        {
            _alarms.Add(new Alarm(this, watch.Id, new AlarmProps
            {
                Metric = watch.Metric.With(new MetricOptions { Period = Duration.Minutes(1) }),
                Threshold = watch.Above,
                ComparisonOperator = ComparisonOperator.GREATER_THAN_THRESHOLD,
                EvaluationPeriods = 1,

                // An idle stream has no data, and nothing wrong with it.
                TreatMissingData = TreatMissingData.NOT_BREACHING,
                AlarmDescription = watch.Then,
            }));
        }
    }

    /// <summary>Tells <paramref name="topic"/> when an alarm rises and when it is over.</summary>
    public void Notify(ITopic topic)
    {
        var action = new SnsAction(topic);
        foreach (var alarm in _alarms)
        {
            alarm.AddAlarmAction(action);
            alarm.AddOkAction(action);
        }
    }
}
