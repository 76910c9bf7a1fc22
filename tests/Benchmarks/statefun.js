// The official JavaScript SDK of Stateful Functions with the functions that StatefulFunctionsScenario.cs compares.
//   node statefun.js serve PORT      over HTTP
//   node statefun.js measure         reads lines `FILE COUNT`, answers the microseconds of COUNT calls with the request in FILE, and writes FILE.reply
const fs = require('fs');
const http = require('http');
const readline = require('readline');
const { StateFun, messageBuilder, kinesisEgressMessage } = require('apache-flink-statefun');
const { FunctionSpec } = require('apache-flink-statefun/dist/core');
const { handle } = require('apache-flink-statefun/dist/handler');

const specs = [{ name: 'seen', type: StateFun.intType() }];
const functions = [
  { typename: 'bench/noop', fn() {} },
  { typename: 'bench/counter', specs, fn(context) { context.storage.seen = (context.storage.seen || 0) + 1; } },
  {
    typename: 'bench/pipeline',
    specs,
    fn(context, message) {
      const argument = message.asString();
      context.storage.seen = (context.storage.seen || 0) + 1;
      context.send(messageBuilder({ typename: 'bench/sink', id: context.self.id, value: argument }));
      context.send(kinesisEgressMessage({ typename: 'bench/out', stream: 'out-stream', partitionKey: context.self.id, value: argument }));
    },
  },
];

async function measure(bound, file, count) {
  const request = fs.readFileSync(file);
  let reply;
  const started = process.hrtime.bigint();
  for (let i = 0; i < count; i++) reply = await handle(request, bound);
  const microseconds = Number(process.hrtime.bigint() - started) / 1000;
  fs.writeFileSync(`${file}.reply`, reply);
  return microseconds;
}

if (process.argv[2] === 'serve') {
  const statefun = new StateFun();
  functions.forEach(f => statefun.bind(f));
  http.createServer(statefun.handler()).listen(Number(process.argv[3]), '127.0.0.1');
} else {
  const bound = Object.fromEntries(functions.map(FunctionSpec.fromOpts).map(spec => [spec.typename, spec]));
  readline.createInterface({ input: process.stdin }).on('line', async line => {
    const [file, count] = line.split(' ');
    console.log(await measure(bound, file, Number(count)));
  });
}
