// A summary to read: what was promised, then every metric in a line.

const UNITS = { time: (value) => `${value.toFixed(1)} ms`, data: (value) => `${(value / 1e6).toFixed(2)} MB` };

function number(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

function told(metric) {
  const { values } = metric;
  const say = UNITS[metric.contains] || number;
  if (metric.type === 'trend') {
    return ['p(50)', 'p(95)', 'p(99)', 'max'].map((name) => `${name} ${say(values[name])}`).join('  ');
  }
  if (metric.type === 'rate') return `${(values.rate * 100).toFixed(2)} %`;
  if (metric.type === 'counter') return `${say(values.count)}  ${say(values.rate)}/s`;
  return say(values.value);
}

// `aims` are names of thresholds that a run may miss.
export function readable({ metrics }, aims) {
  const entries = Object.entries(metrics).sort(([one], [other]) => (one < other ? -1 : 1));
  const width = Math.max(...entries.map(([name]) => name.length));
  const promises = entries.flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([text, { ok }]) => {
      const aim = aims.includes(`${name}: ${text}`);
      return `${ok ? 'kept  ' : aim ? 'missed' : 'BROKEN'}  ${name}: ${text}${aim ? ' (an aim)' : ''}`;
    }),
  );
  return [...promises, '', ...entries.map(([name, metric]) => `${name.padEnd(width)}  ${told(metric)}`), ''].join('\n');
}
