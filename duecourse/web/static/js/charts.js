// Charts from JSON beside them; drawn by ECharts, fetched only when a page has one. Colours are the page's tokens, so that a chart
// follows the theme. In a config a colour may be written "var(--kind-1)"; `whiskers: [[low, high], …]` adds the 80 % band of a bar series.
import { all, on, one } from "./dom.js";

const probe = document.createElement('i');
probe.hidden = true;
document.body.append(probe);
const drawn = new Map();

function colour(value) {
  probe.style.color = value;
  return getComputedStyle(probe).color;
}

/** `var(--…)` anywhere in the config becomes the colour of the theme. */
function resolved(value) {
  if (typeof value === 'string') return value.startsWith('var(--') ? colour(value) : value;
  if (Array.isArray(value)) return value.map(resolved);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part)]));
  return value;
}

const whiskerIcon = 'path://M1 0H11V1.5H6.75V10.5H11V12H1V10.5H5.25V1.5H1Z';

function whiskers(series, ink) {
  return { type: 'custom', name: series.whiskersName || '80 %', silent: true, z: 5,
    data: series.whiskers.map((pair, place) => (pair ? [place, ...pair] : null)).filter(Boolean),
    encode: { x: 0, y: [1, 2] },
    renderItem: (params, api) => {
      const [low, high] = [api.coord([api.value(0), api.value(1)]), api.coord([api.value(0), api.value(2)])];
      const style = { stroke: ink, lineWidth: 1.5, fill: null };
      const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
      return { type: 'group', children: [line(low[0], low[1], high[0], high[1]), line(low[0] - 4, low[1], low[0] + 4, low[1]), line(high[0] - 4, high[1], high[0] + 4, high[1])] };
    } };
}

/** The box at the pointer, as elements: the library's own carries inline styles, which the content security policy forbids. */
function tip(points, number) {
  const box = document.createElement('div');
  const head = document.createElement('b');
  head.textContent = points[0]?.axisValueLabel ?? points[0]?.name ?? '';
  box.append(head);
  for (const point of points) {
    const value = Array.isArray(point.value) ? point.value.at(-1) : point.value;
    if (value == null) continue;
    const written = (part) => (typeof part === 'number' ? number.format(Math.round(part * 100) / 100).replace('-', '−') : part);
    const row = document.createElement('div');
    const dot = document.createElement('span');
    const name = document.createElement('span');
    const figure = document.createElement('b');
    row.className = 'chart-tip-row';
    dot.className = 'swatch';
    dot.style.backgroundColor = point.color;
    name.textContent = point.seriesName;
    figure.textContent = point.seriesType === 'custom' ? `${written(point.value[1])} – ${written(point.value[2])}` : written(value);
    row.append(dot, name, figure);
    box.append(row);
  }
  return box;
}

function axis(given, base) {
  return Array.isArray(given) ? given.map((one) => axis(one, base)) : { ...base, ...given, axisLabel: { ...base.axisLabel, ...(given?.axisLabel || {}) } };
}

function dressed(config) {
  const [line, second, text, card] = ['--line', '--text-2', '--text', '--card'].map((name) => colour(`var(${name})`));
  const label = { color: second, fontSize: 12, fontFamily: 'Inter' };
  const { xAxis, yAxis, series = [], ...rest } = resolved(config);
  const number = new Intl.NumberFormat(document.documentElement.lang || 'en');
  const named = series.filter((given) => given.name).flatMap((given) => (given.whiskers
    ? [given.name, { name: given.whiskersName || '80 %', icon: whiskerIcon, itemStyle: { color: second } }] : [given.name]));
  return {
    animation: false,
    color: ['--kind-1', '--kind-2', '--kind-3', '--kind-4', '--age-2'].map((name) => colour(`var(${name})`)),
    textStyle: { fontFamily: 'Inter, sans-serif', color: text },
    aria: { enabled: true, decal: { show: matchMedia('(prefers-contrast: more)').matches } },
    grid: { left: 4, right: 12, top: 12, bottom: rest.legend ? 30 : 4, containLabel: true },
    tooltip: { trigger: 'axis', renderMode: 'html', className: 'chart-tip', backgroundColor: colour('var(--tip)'), borderWidth: 0, padding: [8, 12], axisPointer: { type: 'shadow', z: -1, shadowStyle: { color: line, opacity: .35 } },
      textStyle: { color: colour('var(--on-tip)'), fontSize: 12 }, formatter: (points) => tip([points].flat(), number), confine: true },
    ...rest,
    ...(rest.legend ? { legend: { bottom: 0, left: 0, itemWidth: 10, itemHeight: 10, itemGap: 16, icon: 'roundRect', textStyle: label, data: named, ...rest.legend } } : {}),
    xAxis: axis(xAxis, { type: 'category', axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: label, splitLine: { show: false } }),
    yAxis: axis(yAxis, { type: 'value', axisLine: { show: false }, axisTick: { show: false }, axisLabel: { ...label, formatter: (value) => (typeof value === 'number' ? number.format(value).replace('-', '−') : value) }, splitLine: { lineStyle: { color: line } } }),
    series: series.flatMap((given) => {
      const made = { smooth: false, barCategoryGap: '28%', ...(given.type === 'line' ? { symbol: 'circle', symbolSize: 6, lineStyle: { width: 2 } } : {}), ...given,
        ...(given.type === 'bar' ? { itemStyle: { borderRadius: given.stack ? 0 : [2, 2, 0, 0], ...(given.stack ? { borderColor: card, borderWidth: 1 } : {}), ...(given.itemStyle || {}) } } : {}) };
      return given.whiskers ? [made, whiskers(given, second)] : [made];
    }),
  };
}

function draw(init, chart) {
  const plot = one('[data-plot]', chart);
  const config = JSON.parse(one('[data-config]', chart).textContent);
  drawn.get(chart)?.dispose();
  const made = init(plot, null, { renderer: 'svg' });
  const said = plot.getAttribute('aria-label'); // our sentence says more than the one the library makes up
  made.setOption(dressed(config));
  plot.setAttribute('aria-label', said);
  made.on('click', (point) => { const urls = config.urls; const url = urls && urls[point.dataIndex]; if (url) location.assign(url); });
  drawn.set(chart, made);
}

async function drawAll() {
  const charts = all('[data-chart]');
  if (!charts.length) return;
  const { init } = await import(document.body.dataset.charts);
  for (const chart of drawn.keys()) if (!chart.isConnected) { drawn.get(chart).dispose(); drawn.delete(chart); }
  for (const chart of charts) if (!drawn.has(chart)) draw(init, chart);
}

on('click', '[data-chart-switch]', (event, button) => {
  const chart = button.closest('[data-chart]');
  const table = one('[data-table]', chart);
  table.hidden = !table.hidden;
  one('[data-plot]', chart).hidden = !table.hidden;
  button.setAttribute('aria-pressed', String(!table.hidden));
});
addEventListener('resize', () => drawn.forEach((chart) => chart.resize()));
addEventListener('beforeprint', () => drawn.forEach((chart) => chart.resize()));
document.addEventListener('duecourse:theme', async () => {
  if (!drawn.size) return;
  const { init } = await import(document.body.dataset.charts);
  for (const chart of drawn.keys()) draw(init, chart);
});
document.addEventListener('htmx:afterSettle', drawAll);
drawAll();
