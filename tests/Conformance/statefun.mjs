// The runtime's side of Stateful Functions, in another language and with another protobuf: random command trees for the smoke function, whose
// answers are lost, whose batches are cut anew and whose timers are taken back. What comes out has to be what the trees say.
// node statefun.mjs URL PROTOCOL.proto SMOKE.proto SEED WORLDS
import assert from 'node:assert/strict';
import protobuf from 'protobufjs';

const [url, protocol, smoke, seed, worlds] = process.argv.slice(2);
const types = new protobuf.Root().loadSync([protocol, smoke], { keepCase: true });
const type = name => types.lookupType(name);
const encode = (name, value) => type(name).encode(type(name).fromObject(value)).finish();
const decode = (name, bytes) => type(name).toObject(type(name).decode(bytes), { longs: Number, defaults: true, arrays: true });

const target = { namespace: 'statefun.smoke.e2e', type: 'command-interpreter-fn' };
const address = id => ({ ...target, id: `${id}` });
const typed = (typename, value) => ({ typename, has_value: true, value });
const commandsOf = command => typed('statefun.smoke.e2e/commands', encode('Commands', { command }));

let state = Number(seed);
const random = below => {
  state = (state * 1103515245 + 12345) % 2147483648;
  return Math.floor((state / 2147483648) * below);
};

class World {
  ids = Array.from({ length: 1 + random(8) }, (_, i) => i * 7 - 3);
  values = new Map();
  backlog = new Map(this.ids.map(id => [id, []]));
  expected = new Map(this.ids.map(id => [id, 0]));
  timers = [];
  tokens = [];
  known = false;
  cancelled = 0;

  tree(depth) {
    return Array.from({ length: 1 + random(4) }, () => {
      const to = this.ids[random(this.ids.length)];
      switch (random(depth > 0 ? 6 : 3)) {
        case 0: return { increment: {} };
        case 1: return { send_egress: {} };
        case 2: return { verify: { expected: random(9) } };
        case 3: return { send: { target: to, commands: { command: this.tree(depth - 1) } } };
        case 4:
          this.tokens.push(`token-${this.tokens.length}`);
          return { send_after: { target: to, cancellation_token: this.tokens.at(-1), commands: { command: this.tree(depth - 1) } } };
        default: return { cancel_send_after: { target: to, cancellation_token: this.tokens[random(this.tokens.length)] ?? 'never' } };
      }
    });
  }

  async run() {
    for (let i = 0; i < 40; i++) {
      const id = this.ids[random(this.ids.length)];
      const commands = this.tree(3);
      this.backlog.get(id).push({
        commands, argument: typed('statefun.smoke.e2e/source-command', encode('SourceCommand', { target: id, commands: { command: commands } })),
      });
    }
    for (;;) {
      if (this.timers.length > 0 && random(3) === 0) {
        this.deliver(this.timers.splice(random(this.timers.length), 1)[0]);
      }
      if (random(200) === 0) this.known = false; // a runtime that has begun anew knows no values
      const ready = this.ids.filter(id => this.backlog.get(id).length > 0);
      if (ready.length > 0) await this.batch(ready[random(ready.length)]);
      else if (this.timers.length === 0) break;
    }
    for (const id of this.ids) assert.equal(this.values.get(id) ?? 0, this.expected.get(id), `state of ${id}`);
  }

  deliver({ from, to, argument }) {
    this.backlog.get(to).push({ caller: address(from), argument, commands: decode('Commands', argument.value).command });
  }

  request(id, batch) {
    const value = this.values.has(id) ? { state_value: typed('io.statefun.types/long', long(this.values.get(id))) } : {};
    return encode('ToFunction', {
      invocation: {
        target: address(id),
        state: this.known ? [{ state_name: 'state', ...value }] : [],
        invocations: batch.map(({ caller, argument }) => ({ caller, argument })),
      },
    });
  }

  async batch(id) {
    const batch = this.backlog.get(id).splice(0, 1 + random(5));
    let answer = await call(this.request(id, batch));
    if (!this.known) {
      const missing = decode('FromFunction', answer).incomplete_invocation_context.missing_values;
      assert.deepEqual(missing.map(m => [m.state_name, m.type_typename]), [['state', 'io.statefun.types/long']]);
      this.known = true;
      answer = await call(this.request(id, batch));
    }
    if (random(10) === 0) assert.deepEqual(await call(this.request(id, batch)), answer, 'a call that is made again has another answer');
    if (random(10) === 0) {
      this.backlog.get(id).unshift(...batch); // the answer is lost, and the batch is cut anew
      return;
    }
    this.apply(id, batch.flatMap(message => message.commands), decode('FromFunction', answer).invocation_result);
  }

  apply(id, commands, result) {
    const count = (...names) => commands.filter(command => names.some(name => command[name])).length;
    assert.deepEqual(
      [result.outgoing_messages.length, result.delayed_invocations.length, result.outgoing_egresses.length, result.state_mutations.length],
      [count('send'), count('send_after', 'cancel_send_after'), count('send_egress', 'verify'), Math.min(1, count('increment'))]);
    let value = this.values.get(id) ?? 0;
    const actual = commands.flatMap(command => (command.increment ? (value++, []) : command.verify ? [value] : []));
    const verified = result.outgoing_egresses.filter(egress => egress.egress_type === 'verification-sink');
    assert.deepEqual(verified.map(egress => decode('VerificationResult', egress.argument.value).actual), actual);
    for (const sent of result.outgoing_messages) this.deliver({ from: id, to: Number(sent.target.id), argument: sent.argument });
    for (const delayed of result.delayed_invocations) {
      const token = delayed.cancellation_token;
      if (delayed.is_cancellation_request) {
        const before = this.timers.length;
        this.timers = this.timers.filter(timer => timer.from !== id || timer.token !== token);
        this.cancelled += before - this.timers.length;
      } else {
        assert.equal(delayed.delay_in_ms, 1);
        this.timers.push({ from: id, to: Number(delayed.target.id), argument: delayed.argument, token });
      }
    }
    for (const { mutation_type, state_value } of result.state_mutations) {
      assert.ok(mutation_type === 1 && state_value.has_value && state_value.typename === 'io.statefun.types/long');
      this.values.set(id, state_value.value.length === 0 ? 0 : Number(Buffer.from(state_value.value).readBigInt64LE(1)));
    }
    this.expected.set(id, this.expected.get(id) + count('increment'));
  }
}

function long(value) {
  const bytes = Buffer.alloc(9);
  bytes[0] = 9;
  bytes.writeBigInt64LE(BigInt(value), 1);
  return value === 0 ? Buffer.alloc(0) : bytes;
}

async function call(body) {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/octet-stream' } });
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()));
  assert.equal(response.headers.get('content-type'), 'application/octet-stream');
  return new Uint8Array(await response.arrayBuffer());
}

let cancelled = 0;
for (let i = 0; i < Number(worlds); i++) {
  const world = new World();
  await world.run();
  cancelled += world.cancelled;
}
assert.ok(cancelled > 0, 'no timer was taken back');
