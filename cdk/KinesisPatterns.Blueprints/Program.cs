using KinesisPatterns.Blueprints;

var app = new App();
new TimeSeriesStack(app, "TimeSeries", TimeSeriesStackProps.From(app.Node));
app.Synth();
