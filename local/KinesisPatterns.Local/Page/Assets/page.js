'use strict';
// Server-sent events in, charts and tables out. `hello` carries what does not change and the history; `state` what happened since.
const byId = id => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const MOST_POINTS = 6000, MOST_ROWS = 60;

const series = new Map();   // device -> metric -> { t: [], v: [] }
const marks = new Map();    // device -> metric -> Map of time to value
const charts = new Map();   // metric -> { plot, title }
let device = null, chosen = false, nodes = new Map();

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// On a narrow screen a row is a card whose cells say what they are.
function row(body, ...cells) {
  const labels = [...body.closest('table').querySelectorAll('th')].map(th => th.textContent);
  cells.forEach((cell, i) => { if (cell.colSpan === 1) cell.dataset.label = labels[i]; });
  return element('tr', {}, ...cells);
}

const text = (content, className = '') => element('td', { textContent: content, className });
const code = content => element('td', { className: 'line' }, element('code', { textContent: content }));
const hint = (body, columns, words) => body.replaceChildren(element('tr', {}, element('td', { colSpan: columns, className: 'hint', textContent: words })));

function addRows(body, made) {
  if (made.length && body.querySelector('.hint')) body.replaceChildren();
  body.prepend(...made);
  while (body.children.length > MOST_ROWS) body.lastElementChild.remove();
}

function addPoint(dev, metric, time, value) {
  if (!series.has(dev)) { series.set(dev, new Map()); addDevice(dev); }
  const metrics = series.get(dev);
  if (!metrics.has(metric)) metrics.set(metric, { t: [], v: [] });
  const { t, v } = metrics.get(metric);
  if (t.length === 0 || time > t[t.length - 1]) { t.push(time); v.push(value); }
  else {
    let at = t.length;
    while (at > 0 && t[at - 1] >= time) at--;
    if (t[at] === time) v[at] = value; else { t.splice(at, 0, time); v.splice(at, 0, value); }
  }
  if (t.length > MOST_POINTS) { t.splice(0, 1000); v.splice(0, 1000); }
}

function addDevice(dev) {
  const select = byId('device');
  const after = [...select.options].find(o => o.value > dev);
  select.insertBefore(element('option', { value: dev, textContent: dev }), after ?? null);
  if (!chosen) device = select.options[0].value;
  select.value = device;
}

// The day only where it is another one.
function when(time) {
  const at = new Date(time);
  return at.toDateString() === new Date().toDateString() ? at.toLocaleTimeString() : at.toLocaleString();
}

const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function chartOf(metric) {
  if (charts.has(metric)) return charts.get(metric);
  byId('no-series')?.remove();
  const latest = element('span', { textContent: '' });
  const box = element('div', { className: 'chart' }, element('h3', {}, metric + ' ', latest));
  byId('charts').append(box);
  const axis = { stroke: () => color('--soft'), grid: { stroke: () => color('--grid'), width: 1 }, ticks: { stroke: () => color('--grid') } };
  const plot = new uPlot({
    width: Math.max(box.clientWidth, 200), height: 190,
    cursor: { y: false }, legend: { show: false },
    scales: { x: { time: true } },
    series: [
      {},
      { stroke: () => color('--accent'), width: 1.5, points: { show: false } },
      { stroke: () => color('--bad'), width: 0, paths: () => null, points: { show: true, size: 10, fill: () => color('--bad') } },
    ],
    axes: [axis, { ...axis, size: 58 }],
  }, [[], [], []], box);
  new ResizeObserver(() => plot.setSize({ width: Math.max(box.clientWidth, 200), height: 190 })).observe(box);
  const chart = { plot, latest, box };
  charts.set(metric, chart);
  return chart;
}

function draw() {
  const metrics = series.get(device) ?? new Map();
  const span = Number(byId('span').value);
  for (const [metric, chart] of charts) if (!metrics.has(metric)) chart.box.hidden = true;
  for (const metric of [...metrics.keys()].sort()) {
    const { t, v } = metrics.get(metric);
    const chart = chartOf(metric);
    chart.box.hidden = false;
    let from = 0;
    if (span > 0 && t.length > 0) { const start = t[t.length - 1] - span; while (from < t.length && t[from] < start) from++; if (t.length - from < 30) from = Math.max(0, t.length - 240); }
    const marked = marks.get(device)?.get(metric);
    chart.plot.setData([t.slice(from), v.slice(from), t.slice(from).map(time => marked?.get(time) ?? null)]);
    chart.latest.textContent = t.length ? `${number.format(v[v.length - 1])} at ${when(t[t.length - 1] * 1000)}` : '';
  }
}

function addRejected(rejected) {
  const body = byId('rejected');
  addRows(body, rejected.map(r => row(body,
    text(r.arrival ? new Date(r.arrival).toLocaleTimeString() : ''),
    text(r.reason, 'bad'),
    r.type ? element('td', {}, go(r.type, r.detail)) : text(r.detail),
    code(r.payload === '' ? '(empty)' : r.payload.length > 300 ? r.payload.slice(0, 300) + '…' : r.payload))).reverse());
}

function addAnomalies(anomalies) {
  const body = byId('anomalies');
  for (const a of anomalies) {
    if (!marks.has(a.device)) marks.set(a.device, new Map());
    const metrics = marks.get(a.device);
    if (!metrics.has(a.metric)) metrics.set(a.metric, new Map());
    metrics.get(a.metric).set(a.time / 1000, a.value);
  }
  addRows(body, anomalies.map(a => row(body,
    text(when(a.time)), text(a.device, 'short'), text(a.metric, 'short'), text(a.score.toFixed(4), 'bad'), text(a.message))).reverse());
}

function dueIn(time) {
  const seconds = Math.max(0, (time - Date.now()) / 1000);
  return seconds < 120 ? `${seconds.toFixed(0)} s` : seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : seconds < 172800 ? `${(seconds / 3600).toFixed(0)} h` : `${(seconds / 86400).toFixed(0)} days`;
}

// An address that shows itself when it is chosen.
function go(type, id) {
  const button = element('button', { type: 'button', className: 'go', title: `${type}/${id}` }, id, ' ', element('small', { textContent: type.split('/')[1] ?? type }));
  button.addEventListener('click', () => choose(type, id));
  return button;
}

let lists = null, found = null, address = null, looking = null;

function choose(type, id) {
  address = { type, id };
  byId('address-title').textContent = id;
  byId('address-type').textContent = type;
  byId('address-close').hidden = false;
  byId('address-steps').replaceChildren();
  byId('address-hint').hidden = false;
  byId('address-hint').textContent = 'Looking …';
  byId('address-body').hidden = true;
  showAddresses();
  look();
  byId('address').scrollIntoView({ block: 'nearest', behavior: 'smooth' });
}

byId('address-close').addEventListener('click', () => {
  address = null;
  byId('address-title').textContent = 'One address';
  byId('address-type').textContent = '';
  byId('address-close').hidden = true;
  byId('address-body').hidden = true;
  byId('address-hint').hidden = false;
  byId('address-hint').textContent = 'Choose an address, here or in any table below, to see its values, its timers and what happened to it.';
  showAddresses();
});

async function ask(path, query) {
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`);
  return answer.ok ? answer.json() : null;
}

// Again and again while it is shown; an answer for another address than the one that is chosen by now is nobody's.
async function look() {
  clearTimeout(looking);
  const asked = address;
  if (!asked) return;
  try {
    const known = await ask('address', asked);
    if (asked === address) showAddress(known);
  } catch {
    // The host has ended; the status says so.
  }
  if (asked === address) looking = setTimeout(look, 1500);
}

function showAddress(known) {
  byId('address-hint').hidden = known !== null;
  byId('address-body').hidden = known === null;
  if (!known) { byId('address-hint').textContent = 'Nothing is known of it yet.'; return; }
  const open = Object.fromEntries([...byId('address-values').querySelectorAll('pre')].map(pre => [pre.dataset.name, pre.scrollTop]));
  byId('address-values').replaceChildren(...known.values.flatMap(({ name, text }) => {
    const pre = element('pre', { textContent: text });
    pre.dataset.name = name;
    return [element('dt', { textContent: name }), element('dd', {}, pre)];
  }));
  for (const pre of byId('address-values').querySelectorAll('pre')) pre.scrollTop = open[pre.dataset.name] ?? 0;
  byId('address-timers').textContent = known.timers.length ? known.timers.map(t => `Timer ${t.name || 'without a name'} is due in ${dueIn(t.due)}.`).join(' ') : 'No timer of it is running.';
  const body = byId('address-steps');
  body.replaceChildren(...known.steps.map(s => row(body,
    text(s.version ?? '–'), text(s.time ? new Date(s.time).toLocaleTimeString() : ''), text(s.version === null ? `rejected: ${s.what}` : s.what, s.version === null ? 'bad' : ''), code(s.data))));
  byId('address-more').hidden = known.stepCount <= known.steps.length;
  byId('address-more').textContent = `The last ${known.steps.length} of ${number.format(known.stepCount)}.`;
}

let typing = null;
byId('find').addEventListener('input', e => {
  clearTimeout(typing);
  const wanted = e.target.value.trim();
  if (wanted === '') { found = null; showAddresses(); return; }
  typing = setTimeout(async () => {
    try {
      const answer = await ask('addresses', { find: wanted });
      if (byId('find').value.trim() === wanted) { found = answer; showAddresses(); }
    } catch {
      // The host has ended; the status says so.
    }
  }, 200);
});
byId('find').addEventListener('keydown', e => { if (e.key === 'Enter' && found?.length) choose(found[0].type, found[0].id); });

function showAddresses() {
  const body = byId('addresses'), shown = found ?? lists?.addresses ?? [];
  byId('addresses-count').textContent = found ? `${found.length === 20 ? 'the first 20' : number.format(found.length)} found` : lists ? `the last called of ${number.format(lists.addressCount)}` : '';
  if (!shown.length) { hint(body, 2, found ? 'No id contains that.' : 'None so far.'); return; }
  body.replaceChildren(...shown.map(a => {
    const line = row(body, element('td', {}, go(a.type, a.id)), code(a.values));
    line.classList.toggle('chosen', address?.type === a.type && address?.id === a.id);
    return line;
  }));
}

function showTimers() {
  const body = byId('timers');
  byId('timers-count').textContent = lists.timerCount > lists.timers.length ? `the next ${lists.timers.length} of ${number.format(lists.timerCount)}` : '';
  if (!lists.timers.length) { hint(body, 4, 'None is running.'); return; }
  body.replaceChildren(...lists.timers.map(t => row(body, text(dueIn(t.due)), text(t.name || '(no name)', 'short'), element('td', {}, go(t.type, t.id)), code(t.message))));
}

// What is pointed at or has the focus stays where it is.
const isInUse = id => byId(id).matches(':hover, :focus-within');

function onModule(module) {
  for (const part of document.querySelectorAll('.of-module')) part.hidden = module === null;
  for (const part of document.querySelectorAll('.of-readings')) part.hidden = module !== null;
  if (!module) return;
  byId('module-failure').hidden = !module.failure;
  byId('module-failure').textContent = module.failure ? `The job failed and goes back to its last checkpoint: ${module.failure}` : '';
  byId('module-figures').replaceChildren(...module.figures.map(([name, value]) => element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value }))));
  if (module.lists) {
    lists = module.lists;
    if (!found && !isInUse('addresses-scroll')) showAddresses();
  }
  if (lists && !isInUse('timers')) showTimers();
  const body = byId('happened');
  const namespace = (lists?.addresses[0]?.type ?? '/').split('/')[0];
  addRows(body, module.events.map(e => row(body,
    text(new Date(e.time).toLocaleTimeString()), element('td', {}, go(`${namespace}/${e.aggregate}`, e.id)), text(e.version),
    element('td', { className: 'line' }, element('div', {}, e.type, e.data === '{}' ? '' : element('code', { textContent: e.data }))))).reverse());
}

function onHello(hello) {
  hint(byId('happened'), 4, 'None so far.');
  byId('rejected-detail').textContent = hello.state.module ? 'For' : 'What was wrong';
  document.title = `${hello.name} · Kinesis Patterns`;
  byId('name').textContent = hello.name;
  byId('flow').replaceChildren(...hello.layers.map(layer => element('div', { className: 'layer' }, ...layer.map(n => {
    const count = element('span', { className: 'count' });
    const box = element('div', { className: `node ${n.kind}`, title: n.title }, element('b', { textContent: n.name.replace(/([a-z])([A-Z])/g, '$1\u200b$2') }), element('small', { textContent: n.note }), count);
    nodes.set(n.id, { box, count });
    return box;
  }))));
  byId('resources').replaceChildren(...hello.resources.map(r => row(byId('resources'), text(r.path), text(r.type), text(r.here))));
  hint(byId('rejected'), 4, 'None so far.');
  hint(byId('anomalies'), 5, 'None so far; a series is watched from its 50th reading on.');
  marks.clear();
  onState(hello.state);
}

function onState(state) {
  byId('status').textContent = state.status;
  byId('status').className = `pill ${state.status === 'running' ? 'live' : ''}`;
  byId('totals').replaceChildren(...state.totals.map(([name, value]) => element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value }))));
  for (const [id, { text, trouble }] of Object.entries(state.nodes)) {
    const node = nodes.get(id);
    if (!node) continue;
    node.count.textContent = text;
    node.box.classList.toggle('trouble', trouble);
  }
  byId('reasons').replaceChildren(...Object.entries(state.reasons).map(([reason, n]) => element('span', {}, element('b', { textContent: number.format(n) }), ` ${reason}`)));
  for (const [dev, metric, time, value] of state.points) addPoint(dev, metric, time / 1000, value);
  addRejected(state.rejected);
  addAnomalies(state.anomalies);
  onModule(state.module);
  draw();
}

byId('device').addEventListener('change', e => { device = e.target.value; chosen = true; draw(); });
byId('span').addEventListener('change', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(c => c.plot.redraw()));

const events = new EventSource('events');
events.addEventListener('hello', e => onHello(JSON.parse(e.data)));
events.addEventListener('state', e => onState(JSON.parse(e.data)));
events.onerror = () => { byId('status').textContent = 'not running'; byId('status').className = 'pill lost'; };
