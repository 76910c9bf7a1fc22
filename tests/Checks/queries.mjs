// JSON Schemas for what Grafana publishes no types of. Field names follow Grafana's documentation and data source plugins.
const text = { type: 'string', minLength: 1 };
const datasource = type => ({
  type: 'object',
  properties: { type: { const: type }, uid: { type: 'string', minLength: 1, maxLength: 40 } },
  required: ['type', 'uid'],
  additionalProperties: false,
});
const query = (type, properties, required) => ({
  type: 'object',
  properties: {
    refId: { type: 'string', pattern: '^[A-Z]$' },
    datasource: datasource(type),
    intervalMs: { type: 'integer' },
    maxDataPoints: { type: 'integer' },
    ...properties,
  },
  required: ['refId', 'datasource', ...required],
  additionalProperties: false,
});
const annotation = (properties, required) => ({
  type: 'object',
  properties: { refId: { const: 'Anno' }, ...properties },
  required: ['refId', ...required],
  additionalProperties: false,
});
const state = names => ({ enum: names });

export const schemas = {
  influxdb: query('influxdb', {
    rawQuery: { const: true },
    resultFormat: { enum: ['time_series', 'table', 'logs'] },
    alias: { type: 'string' },
    query: { type: 'string', pattern: '\\$timeFilter' },
  }, ['rawQuery', 'resultFormat', 'query']),
  'influxdb annotation': annotation({
    rawQuery: { const: true },
    fromAnnotations: { const: true },
    textColumn: text,
    tagsColumn: { type: 'string' },
    query: { type: 'string', pattern: '\\$timeFilter' },
  }, ['rawQuery', 'fromAnnotations', 'query']),
  'grafana-timestream-datasource annotation': annotation({
    rawQuery: { type: 'string', pattern: '^SELECT .*\\$__timeFilter' },
    format: { const: 0 },
    waitForResult: { type: 'boolean' },
  }, ['rawQuery', 'format']),
  'grafana-timestream-datasource': query('grafana-timestream-datasource', {
    rawQuery: { type: 'string', pattern: '^SELECT .*\\$__timeFilter' },
    format: { enum: [0, 1] },
    waitForResult: { type: 'boolean' },
  }, ['rawQuery', 'format']),
  // https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/
  alertRule: {
    type: 'object',
    properties: {
      uid: { type: 'string', minLength: 1, maxLength: 40, pattern: '^[a-zA-Z0-9_-]+$' },
      title: { type: 'string', minLength: 1, maxLength: 190 },
      ruleGroup: { type: 'string', minLength: 1, maxLength: 190 },
      folderUID: { type: 'string', minLength: 1, maxLength: 40 },
      orgID: { const: 1 },
      condition: { const: 'C' },
      for: { type: 'string', pattern: '^([1-9][0-9]*m|0s)$' },
      noDataState: state(['OK', 'NoData', 'Alerting', 'KeepLast']),
      execErrState: state(['OK', 'Error', 'Alerting', 'KeepLast']),
      labels: { type: 'object', additionalProperties: text },
      annotations: { type: 'object', additionalProperties: text },
      data: {
        type: 'array',
        minItems: 3,
        items: {
          type: 'object',
          properties: {
            refId: text,
            datasourceUid: text,
            relativeTimeRange: {
              type: 'object',
              properties: { from: { type: 'integer' }, to: { const: 0 } },
              required: ['from', 'to'],
              additionalProperties: false,
            },
            model: { type: 'object' },
          },
          required: ['refId', 'datasourceUid', 'relativeTimeRange', 'model'],
          additionalProperties: false,
        },
      },
    },
    required: ['uid', 'title', 'orgID', 'folderUID', 'ruleGroup', 'condition', 'for', 'noDataState', 'execErrState', 'data'],
    additionalProperties: false,
  },
};
