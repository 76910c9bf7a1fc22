using KinesisPatterns.Blueprints;

var app = new App();
try
{
    new TimeSeriesStack(app, "TimeSeries", TimeSeriesStackProps.From(app.Node));
    new EventSourcingStack(app, "EventSourcing", EventSourcingStackProps.From(app.Node));
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

app.Synth();
return 0;
