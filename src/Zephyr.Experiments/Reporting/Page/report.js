// Draws the charts of the report from the data block of the page, and answers its few controls. Everything shown is set as text or as
// numbers; nothing here makes markup from data.
(() => {
  'use strict';
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById('chart-data').textContent);
  const charts = new Map();
  const slider = document.getElementById('smoothing');
  const narrow = matchMedia('(max-width: 560px)');
  root.classList.add('js');

  const color = name => getComputedStyle(root).getPropertyValue('--' + name).trim();
  const faint = (name, share) => `color-mix(in srgb, ${color(name)} ${share * 100}%, transparent)`;

  const short = value => String(Number(value.toPrecision(4))).replace('e-', 'e−').replace(/^-/, '−');

  function figure(spec, value) {
    if (value === null || !Number.isFinite(value)) return '–';
    if (spec.percent) return (value * 100).toFixed(1) + '%';
    return spec.kind === 'line' ? short(value) : value.toFixed(2);
  }

  // A running mean, without the pull towards zero that its first steps would have.
  function smooth(values, weight) {
    let mean = 0, mass = 0;
    return values.map(value => {
      if (value === null) return null;
      mean = weight * mean + (1 - weight) * value;
      mass = weight * mass + (1 - weight);
      return mean / mass;
    });
  }

  const points = (series, values) => series.x.map((x, i) => ({ x, y: values[i] }));

  function lines(spec) {
    const weight = slider ? Number(slider.value) : 0;
    return spec.series.flatMap((series, index) => {
      const base = { label: series.label, index, borderColor: color(series.color), backgroundColor: color(series.color), borderJoinStyle: 'round', pointHitRadius: 6 };
      if (series.dots) return [{ ...base, data: points(series, series.y), borderWidth: 1.5, pointRadius: 3.5, pointHoverRadius: 5 }];
      const raw = { ...base, data: points(series, series.y), borderWidth: 1.8, pointRadius: 0, pointHoverRadius: 4 };
      if (weight === 0 || spec.exact || series.y.length < 8) return [raw];
      return [
        { ...base, data: points(series, smooth(series.y, weight)), borderWidth: 2.2, pointRadius: 0, pointHoverRadius: 4, mean: true },
        { ...raw, borderColor: faint(series.color, 0.3), borderWidth: 1, logged: true },
      ];
    });
  }

  const bars = spec => spec.series.map((series, index) => ({
    label: series.label, index, data: series.y, backgroundColor: color(series.color), borderRadius: 3, maxBarThickness: 26, base: spec.low ?? 0,
  }));

  const outlines = spec => spec.series.map((series, index) => ({
    label: series.label, index, data: series.y, borderColor: color(series.color), backgroundColor: faint(series.color, 0.1),
    borderWidth: 2, pointRadius: 2.5, pointHoverRadius: 5, pointBackgroundColor: color(series.color),
  }));

  const lastStep = spec => Math.max(...spec.series.map(series => series.x[series.x.length - 1]));

  function scales(spec) {
    const ticks = { color: color('dim'), font: { size: 11 }, maxRotation: narrow.matches ? 60 : 0, autoSkipPadding: 12 };
    const grid = { color: color('line'), drawTicks: false };
    const border = { display: false };
    const value = { min: spec.low ?? undefined, max: spec.high ?? undefined, grid, border, ticks: { ...ticks, padding: 6, callback: v => (spec.percent ? `${Math.round(v * 100)}%` : short(v)) } };
    if (spec.kind === 'bar' && !spec.percent) value.ticks.stepSize = 1;
    if (spec.kind === 'radar') {
      return { r: {
        min: spec.low ?? undefined, max: spec.high ?? undefined, grid: { color: color('line') }, angleLines: { color: color('line') },
        pointLabels: { color: color('fg'), font: { size: narrow.matches ? 11 : 12 } },
        ticks: { color: color('dim'), backdropColor: 'transparent', font: { size: 10 }, stepSize: (spec.high ?? 5) > 5 ? 2 : 1 },
      } };
    }
    if (spec.kind === 'bar') return { x: { grid: { display: false }, border, ticks: { ...ticks, autoSkip: false, maxRotation: 60 } }, y: value };
    return { x: { type: 'linear', min: 0, max: lastStep(spec), grid: { display: false }, border, ticks: { ...ticks, maxTicksLimit: 6, precision: 0, callback: v => v.toLocaleString('en-US') } }, y: value };
  }

  function draw(canvas) {
    const spec = specs[canvas.dataset.chart];
    const hidden = charts.get(canvas) ? [...hiddenSeries(canvas)] : [];
    charts.get(canvas)?.destroy();
    const line = spec.kind === 'line';
    const chart = new Chart(canvas, {
      type: spec.kind,
      data: { labels: spec.kind === 'bar' && !narrow.matches ? spec.labels.map(label => label.split(' ')) : spec.labels, datasets: line ? lines(spec) : spec.kind === 'bar' ? bars(spec) : outlines(spec) },
      options: {
        responsive: true, maintainAspectRatio: false, animation: false, parsing: line ? false : undefined, normalized: line,
        interaction: { mode: line ? 'x' : 'index', axis: line ? 'x' : undefined, intersect: false },
        scales: scales(spec),
        plugins: {
          legend: { display: false },
          tooltip: {
            backgroundColor: color('card'), titleColor: color('fg'), bodyColor: color('fg'), borderColor: color('line'), borderWidth: 1, padding: 10,
            filter: (item, place, items) => items.findIndex(other => other.datasetIndex === item.datasetIndex) === place,
            callbacks: {
              title: items => items.length === 0 ? '' : line ? 'step ' + items[0].parsed.x.toLocaleString('en-US') : spec.labels[items[0].dataIndex],
              label: item => ` ${item.dataset.label}${item.dataset.mean ? ' (running mean)' : ''}: ${figure(spec, line ? item.parsed.y : item.raw)}`,
              labelColor: item => ({ borderColor: color('card'), backgroundColor: item.dataset.borderColor ?? item.dataset.backgroundColor }),
            },
          },
          zoom: line ? {
            zoom: {
              mode: 'x', drag: { enabled: true, backgroundColor: faint('c0', 0.15), threshold: 6 },
              onZoomComplete: () => mark(canvas),
            },
          } : { zoom: { drag: { enabled: false } } },
        },
      },
    });
    charts.set(canvas, chart);
    canvas.closest('figure').classList.remove('zoomed');
    for (const index of hidden) toggle(canvas, index, false);
    if (hidden.length > 0) chart.update('none');
  }

  const mark = canvas => canvas.closest('figure').classList.toggle('zoomed', charts.get(canvas).isZoomedOrPanned());

  // Fingers on a curve: two zoom into the steps, one moves along them, two taps go back. Up and down stays with the page. The steps that
  // were under the fingers stay under them.
  function touch(canvas) {
    const end = lastStep(specs[canvas.dataset.chart]);
    const fingers = new Map();
    const leastApart = 24, tapTime = 350, tapReach = 12;
    let tapped = null, moved = false;
    const place = () => {
      const at = [...fingers.values()];
      return { middle: at.reduce((sum, x) => sum + x, 0) / at.length, apart: at.length > 1 ? Math.max(leastApart, Math.abs(at[0] - at[1])) : 0 };
    };
    canvas.classList.add('fingers');
    canvas.addEventListener('pointerdown', event => {
      if (event.pointerType !== 'touch' || fingers.size > 1) return;
      moved = fingers.size > 0;
      fingers.set(event.pointerId, event.offsetX);
    });
    canvas.addEventListener('pointermove', event => {
      if (!fingers.has(event.pointerId)) return;
      const chart = charts.get(canvas), { x } = chart.scales, before = place();
      fingers.set(event.pointerId, event.offsetX);
      const now = place();
      moved ||= Math.abs(now.middle - before.middle) > 1;
      if (fingers.size < 2 && !chart.isZoomedOrPanned()) return;
      const span = Math.min(end, Math.max(1, (x.max - x.min) * (fingers.size > 1 ? before.apart / now.apart : 1)));
      const min = Math.min(end - span, Math.max(0, x.getValueForPixel(before.middle) - span * (now.middle - x.left) / x.width));
      chart.zoomScale('x', { min, max: min + span }, 'none');
      mark(canvas);
    });
    canvas.addEventListener('pointerup', event => {
      if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
      const now = { time: event.timeStamp, x: event.offsetX };
      const twice = !moved && tapped !== null && now.time - tapped.time < tapTime && Math.abs(now.x - tapped.x) < tapReach;
      if (twice) charts.get(canvas).resetZoom('none');
      tapped = moved || twice ? null : now;
    });
    canvas.addEventListener('pointercancel', event => fingers.delete(event.pointerId));
  }

  const hiddenSeries = canvas => new Set([...canvas.closest('figure').querySelectorAll('[data-series][aria-pressed=false]')].map(key => Number(key.dataset.series)));

  function toggle(canvas, index, visible) {
    const chart = charts.get(canvas);
    chart.data.datasets.forEach((dataset, i) => { if (dataset.index === index) chart.setDatasetVisibility(i, visible); });
  }

  const canvases = [...document.querySelectorAll('canvas[data-chart]')];
  const drawAll = () => canvases.forEach(draw);
  drawAll();

  for (const canvas of canvases) {
    canvas.addEventListener('dblclick', () => charts.get(canvas).resetZoom('none'));
    if (specs[canvas.dataset.chart].kind === 'line') touch(canvas);
    for (const key of canvas.closest('figure').querySelectorAll('[data-series]')) {
      key.addEventListener('click', () => {
        const visible = key.getAttribute('aria-pressed') !== 'true';
        key.setAttribute('aria-pressed', String(visible));
        toggle(canvas, Number(key.dataset.series), visible);
        charts.get(canvas).update('none');
      });
    }
  }

  slider?.addEventListener('input', () => canvases.filter(canvas => specs[canvas.dataset.chart].kind === 'line').forEach(draw));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  narrow.addEventListener('change', drawAll);

  // Paper is light whatever the screen is.
  addEventListener('beforeprint', () => { root.dataset.print = ''; drawAll(); });
  addEventListener('afterprint', () => { delete root.dataset.print; drawAll(); });

  const chips = [...document.querySelectorAll('[data-show]')];
  for (const chip of chips) {
    chip.addEventListener('click', () => {
      const skill = chip.dataset.show;
      chips.forEach(other => other.setAttribute('aria-pressed', String(other === chip)));
      document.querySelectorAll('.sample').forEach(sample => { sample.hidden = skill !== '' && sample.dataset.skill !== skill; });
      const more = document.querySelector('#samples .more');
      if (more) {
        more.open = skill !== '';
        more.classList.toggle('only', skill !== '');
      }
    });
  }

  const find = document.getElementById('find-setting');
  find?.addEventListener('input', () => {
    const wanted = find.value.trim().toLowerCase();
    for (const details of document.querySelectorAll('#settings > details')) {
      let found = 0;
      for (const row of details.querySelectorAll(':scope > .scroll > table > tbody > tr')) {
        row.hidden = wanted !== '' && !row.textContent.toLowerCase().includes(wanted);
        found += row.hidden ? 0 : 1;
      }
      details.open = wanted === '' ? details === document.querySelector('#settings > details') : found > 0;
    }
  });

  root.dataset.charts = String(charts.size);
})();
