using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.SNS;

namespace KinesisPatterns.Cdk;

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
                Metric = Over(watch.Period, watch.Metric),
                Threshold = watch.IsSilence ? 0 : watch.Above,

                // No time and no count is below nothing: of a silence, only the lack of data breaches.
                ComparisonOperator = watch.IsSilence
                    ? ComparisonOperator.LESS_THAN_THRESHOLD
                    : ComparisonOperator.GREATER_THAN_THRESHOLD,
                EvaluationPeriods = watch.Periods,

                // An idle stream has no data, and nothing wrong with it.
                TreatMissingData = watch.IsSilence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
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

    private static IMetric Over(Duration period, IMetric metric) => metric switch
    {
        Metric one => one.With(new MetricOptions { Period = period }),
        MathExpression calculated => calculated.With(new MathExpressionOptions { Period = period }),
        _ => metric,
    };
}
