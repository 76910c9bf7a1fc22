// node dashboards.mjs <content.json>
// Prints, as a JSON array, what is wrong with the dashboards and alert rules of a GrafanaContent: against the types that
// Grafana publishes (@grafana/schema), turned into JSON Schema here, and against own schemas for the queries of InfluxDB
// and Timestream, for which Grafana publishes no types.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';
import { schemas } from './queries.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const types = join(folder, 'node_modules/@grafana/schema/dist/types/raw');
const ajv = new Ajv({ strict: false, allErrors: true });
const compiled = new Map();

function schemaOf(module, type) {
  const key = `${module} ${type}`;
  if (!compiled.has(key)) {
    const path = join(types, module, 'types.gen.d.ts');
    const options = { path, type, tsconfig: join(folder, 'tsconfig.json'), skipTypeCheck: true, additionalProperties: false };
    compiled.set(key, ajv.compile(createGenerator({ ...options, expose: 'none', topRef: false }).createSchema(type)));
  }
  return compiled.get(key);
}

const problems = [];
function check(where, validate, value) {
  if (validate(value)) return;
  for (const { instancePath, message, params } of validate.errors) problems.push(`${where}${instancePath}: ${message} ${JSON.stringify(params)}`);
}

function checkQuery(where, target) {
  const type = target.datasource?.type;
  if (type === 'cloudwatch') check(where, schemaOf('composable/cloudwatch/dataquery/x', 'CloudWatchMetricsQuery'), target);
  else if (type in schemas) check(where, ajv.compile(schemas[type]), target);
  else problems.push(`${where}: no schema for a query of ${type}`);
}

const content = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const dashboard of content.dashboards) {
  // The published type of an annotation's query is that of Grafana's own annotations; data sources have theirs.
  const annotations = dashboard.annotations.list.map(({ target, ...annotation }) => {
    const type = annotation.datasource.type;
    if (type in schemas) check(`${dashboard.title} / ${annotation.name}`, ajv.compile(schemas[`${type} annotation`]), target);
    else problems.push(`${dashboard.title} / ${annotation.name}: no schema for an annotation of ${type}`);
    return annotation;
  });
  check(dashboard.title, schemaOf('dashboard/x', 'Dashboard'), { ...dashboard, annotations: { list: annotations } });
  for (const panel of dashboard.panels) {
    const where = `${dashboard.title} / ${panel.title}`;
    const module = `composable/${panel.type}/panelcfg/x`;
    check(`${where} options`, schemaOf(module, 'Options'), panel.options);
    const field = panel.type === 'stat' || panel.type === 'bargauge' ? ajv.compile({ type: 'object', maxProperties: 0 }) : schemaOf(module, 'FieldConfig');
    check(`${where} custom`, field, panel.fieldConfig.defaults.custom);
    for (const target of panel.targets) checkQuery(`${where} ${target.refId}`, target);
  }
}
for (const rule of content.alerts.rules) {
  check(rule.title, ajv.compile(schemas.alertRule), rule);
  checkQuery(`${rule.title} A`, rule.data[0].model);
}
process.stdout.write(JSON.stringify(problems));
