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
    chart.latest.textContent = t.length ? `${number.format(v[v.length - 1])} at ${new Date(t[t.length - 1] * 1000).toLocaleString()}` : '';
  }
}

function addRejected(rows) {
  const body = byId('rejected');
  if (rows.length && body.querySelector('.hint')) body.replaceChildren();
  for (const r of rows) {
    const payload = r.payload.length > 300 ? r.payload.slice(0, 300) + '…' : r.payload;
    body.prepend(element('tr', {},
      element('td', { textContent: r.arrival ? new Date(r.arrival).toLocaleTimeString() : '' }),
      element('td', { textContent: r.reason, className: 'bad' }),
      element('td', { textContent: r.detail }),
      element('td', {}, element('code', { textContent: payload === '' ? '(empty)' : payload }))));
  }
  while (body.children.length > MOST_ROWS) body.lastElementChild.remove();
}

function addAnomalies(rows) {
  const body = byId('anomalies');
  if (rows.length && body.querySelector('.hint')) body.replaceChildren();
  for (const a of rows) {
    if (!marks.has(a.device)) marks.set(a.device, new Map());
    const metrics = marks.get(a.device);
    if (!metrics.has(a.metric)) metrics.set(a.metric, new Map());
    metrics.get(a.metric).set(a.time / 1000, a.value);
    body.prepend(element('tr', {},
      element('td', { textContent: new Date(a.time).toLocaleTimeString() }),
      element('td', { textContent: a.device }),
      element('td', { textContent: a.metric }),
      element('td', { textContent: a.score.toFixed(4), className: 'bad' }),
      element('td', { textContent: a.message })));
  }
  while (body.children.length > MOST_ROWS) body.lastElementChild.remove();
}

function rows(body, made, most) {
  if (made.length && body.querySelector('.hint')) body.replaceChildren();
  body.prepend(...made);
  while (body.children.length > most) body.lastElementChild.remove();
}

function dueIn(time) {
  const seconds = Math.max(0, (time - Date.now()) / 1000);
  return seconds < 120 ? `${seconds.toFixed(0)} s` : seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : seconds < 172800 ? `${(seconds / 3600).toFixed(0)} h` : `${(seconds / 86400).toFixed(0)} days`;
}

// Aggregates and timers are shown as they are now; events are added to those before.
function onModule(module) {
  for (const part of document.querySelectorAll('.of-module')) part.hidden = module === null;
  for (const part of document.querySelectorAll('.of-readings')) part.hidden = module !== null;
  byId('rejected-what').textContent = module ? 'Address' : 'Reason';
  if (!module) return;
  byId('module-failure').hidden = !module.failure;
  byId('module-failure').textContent = module.failure ? `The job failed and goes back to its last checkpoint: ${module.failure}` : '';
  byId('module-figures').replaceChildren(...module.figures.map(([name, value]) => element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value }))));
  byId('aggregates-count').textContent = `${number.format(module.aggregates.length)} of ${number.format(module.aggregateCount)} addresses`;
  byId('timers-count').textContent = module.timerCount > module.timers.length ? `the next ${module.timers.length} of ${number.format(module.timerCount)}` : '';
  if (module.aggregates.length) byId('aggregates').replaceChildren(...module.aggregates.map(a => element('tr', {},
    element('td', {}, element('b', { textContent: a.id }), element('br', {}), element('small', { className: 'hint', textContent: a.type })),
    element('td', {}, element('div', { className: 'values' }, ...a.values.map(([name, value]) => element('div', {}, element('span', { textContent: name }), element('code', { textContent: value }))))))));
  byId('timers').replaceChildren(...(module.timers.length ? module.timers.map(t => element('tr', {},
    element('td', { textContent: dueIn(t.due) }), element('td', { textContent: t.name }), element('td', { textContent: t.target }), element('td', {}, element('code', { textContent: t.message }))))
    : [element('tr', {}, element('td', { colSpan: 4, className: 'hint', textContent: 'None is running.' }))]));
  rows(byId('happened'), module.events.map(e => element('tr', {},
    element('td', { textContent: new Date(e.time).toLocaleTimeString() }), element('td', { textContent: e.type }), element('td', { textContent: e.aggregate }),
    element('td', { textContent: e.version }), element('td', {}, element('code', { textContent: e.data })))).reverse(), MOST_ROWS);
}

function onHello(hello) {
  byId('happened').replaceChildren(element('tr', {}, element('td', { colSpan: 5, className: 'hint', textContent: 'None so far.' })));
  document.title = `${hello.name} · Kinesis Patterns`;
  byId('name').textContent = hello.name;
  byId('flow').replaceChildren(...hello.layers.map(layer => element('div', { className: 'layer' }, ...layer.map(n => {
    const count = element('span', { className: 'count' });
    const box = element('div', { className: `node ${n.kind}`, title: n.title }, element('b', { textContent: n.name }), element('small', { textContent: n.note }), count);
    nodes.set(n.id, { box, count });
    return box;
  }))));
  byId('resources').replaceChildren(...hello.resources.map(r => element('tr', {},
    element('td', { textContent: r.path }), element('td', { textContent: r.type }), element('td', { textContent: r.here }))));
  byId('rejected').replaceChildren(element('tr', {}, element('td', { colSpan: 4, className: 'hint', textContent: 'None so far.' })));
  byId('anomalies').replaceChildren(element('tr', {}, element('td', { colSpan: 5, className: 'hint', textContent: 'None so far; a series is watched from its 50th reading on.' })));
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
  byId('reasons').replaceChildren(...Object.entries(state.reasons).map(([reason, n]) => element('span', { textContent: `${reason} ${number.format(n)}` })));
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
