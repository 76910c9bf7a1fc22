// node check.mjs <template.json>
// Prints, as a JSON array, every finding of cdk-nag's packs and of cfn-guard's Control Tower rules on the template,
// each with the reason for which it is accepted where one is written on that very resource.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { App, Aspects, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';

const packs = { AwsSolutions: AwsSolutionsChecks, 'NIST.800.53.R5': NIST80053R5Checks, 'PCI.DSS.321': PCIDSS321Checks };

const { Metadata, ...template } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'checks-'));
try {
  // Without what the template says of itself as a whole: there, cdk-nag would take reasons for all its resources at once.
  const file = join(folder, 'template.json');
  writeFileSync(file, JSON.stringify(template));
  const findings = [...stackWide(Metadata), ...Object.keys(packs).flatMap(pack => nag(file, pack)), ...guard(file)];
  process.stdout.write(JSON.stringify(findings));
} finally {
  rmSync(folder, { recursive: true });
}

function stackWide(metadata) {
  return (metadata?.cdk_nag?.rules_to_suppress ?? []).map(({ id }) => ({
    pack: 'checks',
    rule: 'stack-wide-suppression',
    detail: id,
    level: 'Error',
    resource: 'the whole template',
    text: 'A finding is accepted on the resource that it is found on.',
    reason: null,
  }));
}

function nag(file, pack) {
  const found = [];
  // The template as it is: no resource or rule of the stack around it.
  const app = new App({ outdir: join(folder, pack), analyticsReporting: false });
  const stack = new Stack(app, 'Checked', { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
  const include = new CfnInclude(stack, 'Template', { templateFile: file });
  const add = (data, detail, reason) => found.push({
    pack,
    rule: data.ruleId,
    detail,
    level: data.ruleLevel,
    resource: stack.resolve(data.resource.logicalId),
    text: data.ruleInfo,
    reason,
  });
  const logger = {
    onCompliance() {},
    onNotApplicable() {},
    onNonCompliance: data => add(data, data.findingId, null),
    onSuppressed: data => add(data, data.findingId, data.suppressionReason),
    onError: data => add(data, data.errorMessage, null),
    onSuppressedError: data => add(data, data.errorMessage, data.errorSuppressionReason),
  };
  Aspects.of(include).add(new packs[pack]({ reports: false, additionalLoggers: [logger] }));
  quietly(() => app.synth());
  return found;
}

function guard(file) {
  const reason = (id, rule) =>
    template.Resources[id]?.Metadata?.cdk_nag?.rules_to_suppress?.find(entry => entry.id === rule)?.reason ?? null;
  const { violations } = new CfnGuardValidator({ maxBuffer: 64 * 1024 * 1024 }).validate({ templatePaths: [file] });
  return violations.flatMap(violation => violation.violatingResources.map(({ resourceLogicalId }) => ({
    pack: 'cfn-guard',
    rule: violation.ruleName,
    detail: '',
    level: 'Error',
    resource: resourceLogicalId,
    text: violation.description,
    reason: reason(resourceLogicalId, violation.ruleName),
  })));
}

// Findings also become annotations, which the synthesis prints.
function quietly(action) {
  const { log, error, warn } = console;
  console.log = console.error = console.warn = () => {};
  try {
    action();
  } finally {
    Object.assign(console, { log, error, warn });
  }
}
