// node check.mjs <template.json>...
// Prints one JSON array: every finding of the rule packs on the templates, with the reason where one is written on the resource.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { App, Aspects, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';

const packs = { AwsSolutions: AwsSolutionsChecks, 'NIST.800.53.R5': NIST80053R5Checks, 'PCI.DSS.321': PCIDSS321Checks };
const templates = process.argv.slice(2);
const findings = templates.flatMap(template => [...Object.keys(packs).flatMap(pack => nag(template, pack)), ...guard(template)]);
process.stdout.write(JSON.stringify(findings));

function nag(template, pack) {
  const found = [];
  const app = new App();
  // The template is read as it is: no rule may come from the stack around it.
  const stack = new Stack(app, 'Checked', { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
  const include = new CfnInclude(stack, 'Template', { templateFile: template });
  const add = (data, reason) => found.push({
    template: basename(template),
    pack,
    rule: data.ruleId,
    finding: data.findingId ?? data.errorMessage ?? '',
    level: data.ruleLevel,
    resource: stack.resolve(data.resource.logicalId),
    text: data.ruleInfo,
    reason,
  });
  const ignore = () => {};
  const logger = {
    onCompliance: ignore,
    onNotApplicable: ignore,
    onNonCompliance: data => add(data, null),
    onSuppressed: data => add(data, data.suppressionReason),
    onError: data => add({ ...data, ruleId: `${data.ruleId}`, ruleLevel: 'Unknown' }, null),
    onSuppressedError: data => add({ ...data, ruleLevel: 'Unknown' }, data.errorSuppressionReason),
  };
  Aspects.of(include).add(new packs[pack]({ reports: false, verbose: false, additionalLoggers: [logger] }));
  // The packs also report through annotations, which would fail the synthesis: the findings are the answer here.
  quietly(() => app.synth({ errorOnDuplicateSynth: false }));
  return found;
}

function guard(template) {
  const resources = JSON.parse(readFileSync(template, 'utf8')).Resources;
  const written = (id, rule) => resources[id]?.Metadata?.cdk_nag?.rules_to_suppress?.find(entry => entry.id === rule)?.reason ?? null;
  return new CfnGuardValidator({ maxBuffer: 64 * 1024 * 1024 }).validate({ templatePaths: [template] }).violations.flatMap(violation =>
    violation.violatingResources.map(({ resourceLogicalId }) => ({
      template: basename(template),
      pack: 'cfn-guard',
      rule: violation.ruleName,
      finding: '',
      level: 'Error',
      resource: resourceLogicalId,
      text: violation.description,
      reason: written(resourceLogicalId, violation.ruleName),
    })));
}

function quietly(action) {
  const { log, error } = console;
  console.log = console.error = () => {};
  try {
    action();
  } finally {
    Object.assign(console, { log, error });
  }
}
