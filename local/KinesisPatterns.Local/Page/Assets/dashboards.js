'use strict';
// Draws the dashboards that the stack deploys to Grafana, from the very JSON, with answers of the local host.
const byId = id => document.getElementById(id);
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });
const COLORS = ['#0b6bcb', '#e07b00', '#14804a', '#8250df', '#c0262d', '#00857c', '#b5478f', '#7a6a00', '#4a6fa5', '#a0522d'];
const NAMED = { green: '#14804a', orange: '#e07b00', red: '#c0262d', yellow: '#b58900', blue: '#0b6bcb' };
const EVERY = 2000, FIGURES = 120;

let dashboards = [], current = null, drawing = 0;
const chosen = {}, plots = new Map();

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

async function json(path, body) {
  const answer = await fetch(path, body ? { method: 'POST', body: JSON.stringify(body) } : {});
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error);
  return value;
}

async function shown() {
  const span = Number(byId('span').value), now = Date.now();
  if (span > 0) return { from: now - span, to: now };
  const { from = now - 300000, to = now } = await json('dashboards/range');
  return { from: Math.min(from, now - 60000), to: Math.max(to, now) };
}

function unit(value, name) {
  if (value === null || value === undefined) return '–';
  if (name === 'percentunit') return `${number.format(value * 100)} %`;
  if (name === 'bytes') return value >= 1048576 ? `${number.format(value / 1048576)} MiB` : value >= 1024 ? `${number.format(value / 1024)} KiB` : `${value} B`;
  return name === 'ms' || name === 's' ? `${number.format(value)} ${name}` : number.format(value);
}

function colorOf(panel, value) {
  const steps = panel.fieldConfig.defaults.thresholds.steps;
  const step = steps.filter(s => s.value === null || value >= s.value).at(-1);
  return NAMED[step.color] ?? step.color;
}

// A series of InfluxDB under the name that Grafana gives it.
const nameOf = (alias, { name, tags }) => (alias || '$m').replace(/\$tag_([A-Za-z0-9_]+)/g, (_, tag) => tags?.[tag] ?? '').replace(/\$m(easurement)?\b/g, name);
const titled = (text, values) => Object.entries(values).reduce((title, [name, all]) => title.replaceAll(`$${name}`, all.length === 1 ? all[0] : `${all.length} values`), text);

async function ask(target, values, range) {
  const interval = Math.max(1000, Math.ceil((range.to - range.from) / FIGURES / 1000) * 1000);
  const answer = await json('dashboards/query', { target, ...range, interval, chosen: values });
  if (answer.missing) return { missing: answer.missing };
  if (answer.points) return { series: answer.points.length ? [{ name: target.label, points: answer.points }] : [] };
  const found = answer.results[0].series ?? [];
  if (target.resultFormat === 'table') return { tables: found };
  return { series: found.map(one => ({ name: nameOf(target.alias, one), points: one.values })) };
}

function chart(panel, key, body, series, marks, range) {
  const times = [...new Set(series.flatMap(s => s.points.map(p => p[0])))].sort((a, b) => a - b);
  const data = [times.map(t => t / 1000)];
  let below = times.map(() => 0);
  const stacked = panel.fieldConfig.defaults.custom.stacking?.mode === 'normal';
  for (const { points } of series) {
    const values = new Map(points);
    const line = times.map(t => values.get(t) ?? null);
    if (stacked) below = below.map((sum, i) => sum + (line[i] ?? 0));
    data.push(stacked ? below : line);
  }
  const names = series.map(s => s.name).join('\u0000');
  let plot = plots.get(key);
  if (!plot || plot.names !== names || !plot.box.isConnected) {
    const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = { stroke: () => style('--soft'), grid: { stroke: () => style('--grid'), width: 1 }, ticks: { stroke: () => style('--grid') } };
    const box = element('div');
    body.replaceChildren(box, element('div', { className: 'key' }, ...series.map((s, i) => {
      const line = element('i');
      line.style.background = COLORS[i % COLORS.length];
      return element('span', {}, line, s.name);
    })));
    const drawn = { marks, range };
    const u = new uPlot({
      width: Math.max(body.clientWidth, 160), height: Math.max(panel.gridPos.h * 30 - 84, 110),
      legend: { show: false }, cursor: { y: false },
      scales: { x: { range: () => [drawn.range.from / 1000, drawn.range.to / 1000] } },
      series: [{}, ...series.map((_, i) => ({ stroke: COLORS[i % COLORS.length], width: 1.5, spanGaps: false }))],
      axes: [axis, { ...axis, size: 62, values: (_, all) => all.map(v => unit(v, panel.fieldConfig.defaults.unit)) }],
      hooks: { draw: [me => {
        me.ctx.save();
        me.ctx.strokeStyle = style('--bad');
        me.ctx.setLineDash([4, 3]);
        for (const time of drawn.marks) {
          const x = me.valToPos(time / 1000, 'x', true);
          me.ctx.beginPath(); me.ctx.moveTo(x, me.bbox.top); me.ctx.lineTo(x, me.bbox.top + me.bbox.height); me.ctx.stroke();
        }
        me.ctx.restore();
      }] },
    }, data, box);
    plot = { u, names, box, drawn };
    plots.set(key, plot);
  }
  Object.assign(plot.drawn, { marks, range });
  plot.u.setData(data);
}

function figures(panel, body, series) {
  const { unit: name } = panel.fieldConfig.defaults;
  const sum = panel.options.reduceOptions.calcs[0] === 'sum';
  const all = series.map(s => ({ name: s.name, value: sum ? s.points.reduce((total, p) => total + p[1], 0) : s.points.at(-1)[1] }));
  if (panel.type === 'stat') {
    body.replaceChildren(element('div', { className: 'figures' }, ...all.map(one => {
      const figure = element('b', { textContent: unit(one.value, name) });
      figure.style.color = colorOf(panel, one.value);
      return element('span', {}, figure, all.length > 1 || !sum ? one.name : '');
    })));
    return;
  }
  const most = Math.max(...all.map(one => Math.abs(one.value)), Number.MIN_VALUE);
  body.replaceChildren(...all.map(one => {
    const bar = element('i');
    bar.style.width = `${Math.abs(one.value) / most * 100}%`;
    bar.style.background = colorOf(panel, one.value);
    return element('div', { className: 'bar' }, element('span', { textContent: one.name }), element('div', {}, bar), element('span', { textContent: unit(one.value, name) }));
  }));
}

function table(body, tables) {
  const [first] = tables;
  const cell = (value, column) => first.columns[column] === 'time' ? new Date(value).toLocaleString() : typeof value === 'number' ? number.format(value) : value ?? '';
  body.replaceChildren(element('div', { className: 'scroll' }, element('table', {},
    element('thead', {}, element('tr', {}, ...first.columns.map(c => element('th', { textContent: c })))),
    element('tbody', {}, ...first.values.map(row => element('tr', {}, ...row.map((value, i) => element('td', { textContent: cell(value, i) }))))))));
}

// How many series have a value in each cell of time and height.
function heat(panel, body, series, range) {
  const [columns, rows] = [60, 20];
  const values = series.flatMap(s => s.points);
  const low = Math.min(...values.map(p => p[1])), high = Math.max(...values.map(p => p[1]));
  const cells = Array.from({ length: columns * rows }, () => 0);
  for (const [time, value] of values) {
    const x = Math.min(columns - 1, Math.max(0, Math.floor((time - range.from) / (range.to - range.from) * columns)));
    const y = Math.min(rows - 1, Math.floor((high === low ? 0.5 : (value - low) / (high - low)) * rows));
    cells[y * columns + x]++;
  }
  const most = Math.max(...cells);
  const canvas = element('canvas', { width: Math.max(body.clientWidth, 160), height: Math.max(panel.gridPos.h * 30 - 84, 110) });
  const context = canvas.getContext('2d');
  cells.forEach((count, at) => {
    if (!count) return;
    context.fillStyle = `rgba(224, 123, 0, ${0.15 + 0.85 * Math.sqrt(count / most)})`;
    context.fillRect(at % columns / columns * canvas.width, (rows - 1 - Math.floor(at / columns)) / rows * canvas.height, canvas.width / columns - 1, canvas.height / rows - 1);
  });
  const { unit: name } = panel.fieldConfig.defaults;
  body.replaceChildren(canvas, element('div', { className: 'key' }, element('span', { textContent: `from ${unit(low, name)} to ${unit(high, name)}` })));
}

async function drawPanel(panel, key, values, section, marks, range, run) {
  const body = section.querySelector('.body');
  const answers = await Promise.all(panel.targets.map(target => ask(target, values, range)));
  if (run !== drawing) return;
  section.querySelector('h2').textContent = titled(panel.title, values);
  const missing = answers.filter(a => a.missing).map(a => a.missing);
  const series = answers.flatMap(a => a.series ?? []).filter(s => s.points.length);
  const tables = answers.flatMap(a => a.tables ?? []);
  if (missing.length === answers.length) body.replaceChildren(element('p', { className: 'hint', textContent: missing[0] }));
  else if (tables.length) table(body, tables);
  else if (!series.length) body.replaceChildren(element('p', { className: 'hint', textContent: 'Nothing in the time shown.' }));
  else if (panel.type === 'timeseries') chart(panel, key, body, series, marks, range);
  else if (panel.type === 'heatmap') heat(panel, body, series, range);
  else figures(panel, body, series);
}

// A repeated panel is drawn once for each value chosen.
const copies = dashboard => dashboard.panels.flatMap(panel => panel.repeat
  ? (chosen[panel.repeat] ?? []).map(value => ({ panel, key: `${dashboard.uid} ${panel.id} ${value}`, only: { [panel.repeat]: [value] } }))
  : [{ panel, key: `${dashboard.uid} ${panel.id}`, only: {} }]);

async function draw() {
  const run = ++drawing, dashboard = current, range = await shown();
  await Promise.all(dashboard.templating.list.map(v => offer(v, range)));
  const marks = (await Promise.all(dashboard.annotations.list.map(a => ask({ ...a.target, datasource: a.datasource, resultFormat: 'table' }, chosen, range))))
    .flatMap(a => a.tables ?? []).flatMap(t => t.values.map(row => row[0]));
  if (run !== drawing) return;
  const wanted = copies(dashboard);
  const there = new Map([...byId('panels').children].map(section => [section.dataset.key, section]));
  const sections = wanted.map(({ panel, key }) => {
    if (there.has(key)) return there.get(key);
    const section = element('section', { title: panel.description }, element('h2', { textContent: panel.title }), element('div', { className: 'body' }));
    section.dataset.key = key;
    section.style.gridColumn = `span ${panel.gridPos.w}`;
    section.style.height = `${panel.gridPos.h * 30}px`;
    return section;
  });
  if (sections.some((section, i) => byId('panels').children[i] !== section) || sections.length !== byId('panels').children.length) byId('panels').replaceChildren(...sections);
  await Promise.all(wanted.map(({ panel, key, only }, i) => drawPanel(panel, key, { ...chosen, ...only }, sections[i], marks, range, run)));
}

async function offer(variable, range) {
  const { results } = await json('dashboards/query', { target: { datasource: variable.datasource, query: variable.query }, ...range, interval: 1000, chosen });
  const values = [...new Set((results?.[0].series ?? []).flatMap(s => s.values.map(row => row.at(-1))))].sort();
  let select = byId(`choice-${variable.name}`);
  if (!select) {
    select = element('select', { id: `choice-${variable.name}` });
    select.addEventListener('change', () => { choose(variable, select); draw(); });
    byId('choices').append(element('label', {}, `${variable.label} `, select));
  }
  const options = variable.includeAll ? ['All', ...values] : values;
  if (options.join('\u0000') !== [...select.options].map(o => o.value).join('\u0000')) {
    const before = select.value;
    select.replaceChildren(...options.map(value => element('option', { value, textContent: value })));
    if (options.includes(before)) select.value = before;
  }
  choose(variable, select);
}

function choose(variable, select) {
  const every = [...select.options].map(o => o.value).filter(value => !variable.includeAll || value !== 'All');
  chosen[variable.name] = variable.includeAll && select.value === 'All' ? every : select.value ? [select.value] : [];
}

function open(dashboard) {
  current = dashboard;
  for (const name of Object.keys(chosen)) delete chosen[name];
  byId('choices').replaceChildren();
  byId('panels').replaceChildren();
  byId('about').textContent = dashboard.description;
  [...byId('tabs').children].forEach(tab => tab.setAttribute('aria-selected', tab.dataset.uid === dashboard.uid));
  location.hash = dashboard.uid;
  return refresh();
}

async function refresh() {
  try {
    await draw();
    byId('status').textContent = 'live';
    byId('status').className = 'pill live';
  } catch (error) {
    byId('status').textContent = error.message;
    byId('status').className = 'pill lost';
  }
}

async function start() {
  dashboards = await json('dashboards/all');
  byId('tabs').replaceChildren(...dashboards.map(dashboard => {
    const tab = element('button', { role: 'tab', textContent: dashboard.title });
    tab.dataset.uid = dashboard.uid;
    tab.addEventListener('click', () => open(dashboard));
    return tab;
  }));
  if (dashboards.length === 0) { byId('about').textContent = 'This stack has no dashboards.'; byId('status').textContent = 'nothing to show'; return; }
  await open(dashboards.find(d => `#${d.uid}` === location.hash) ?? dashboards[0]);
  byId('span').addEventListener('change', refresh);
  setInterval(refresh, EVERY);
}

start();
