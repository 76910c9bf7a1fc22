// Runs a handler for Node.js against the Lambda Runtime API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [host, ...rest] = process.env.AWS_LAMBDA_RUNTIME_API.split('/');
const base = `/${[...rest, '2018-06-01', 'runtime'].join('/')}`;
const agent = new http.Agent({ keepAlive: true });

function call(method, route, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: host.split(':')[0], port: host.split(':')[1], method, path: base + route, agent, headers }, response => {
      const chunks = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function describe(error) {
  const known = error instanceof Error;
  return JSON.stringify({
    errorType: known ? error.name : typeof error,
    errorMessage: known ? error.message : String(error),
    trace: known ? (error.stack || '').split('\n') : [],
  });
}

async function load() {
  const handler = process.env._HANDLER;
  const dot = handler.indexOf('.', handler.lastIndexOf('/') + 1);
  const [file, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const found = ['.js', '.mjs', '.cjs', ''].map(end => path.resolve(process.env.LAMBDA_TASK_ROOT, file + end)).find(p => fs.existsSync(p));
  if (!found) throw new Error(`${handler}: there is no ${file}.js, .mjs or .cjs in the function's code`);
  const module = await import(pathToFileURL(found));
  const value = module[name] ?? module.default?.[name];
  if (typeof value !== 'function') throw new Error(`${handler}: ${found} exports no function ${name}`);
  return value;
}

function invoke(handler, event, context) {
  if (handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const result = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    if (typeof result?.then === 'function') result.then(resolve, reject);
  });
}

let handler;
try {
  handler = await load();
} catch (error) {
  console.error(error);
  await call('POST', '/init/error', { 'Lambda-Runtime-Function-Error-Type': 'Runtime.ImportModuleError' }, describe(error));
  process.exit(1);
}

for (;;) {
  const next = await call('GET', '/invocation/next');
  const id = next.headers['lambda-runtime-aws-request-id'];
  process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'] ?? '';
  const context = {
    awsRequestId: id,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: next.headers['lambda-runtime-invoked-function-arn'],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Number(next.headers['lambda-runtime-deadline-ms']) - Date.now(),
  };
  try {
    const answer = await invoke(handler, JSON.parse(next.body), context);
    await call('POST', `/invocation/${id}/response`, {}, JSON.stringify(answer) ?? 'null');
  } catch (error) {
    console.error(error);
    await call('POST', `/invocation/${id}/error`, { 'Lambda-Runtime-Function-Error-Type': 'Unhandled' }, describe(error));
  }
}
