// The end of a run: every metric as JSON, in the file OUT for benchmarks/adbench/harness/k6.py and without a word on the
// screen; without OUT on standard output, and what people read beside it.

import { config } from './config.js';
import { readable } from './readable.js';

export const TREND_STATS = ['count', 'min', 'avg', 'med', 'p(50)', 'p(90)', 'p(95)', 'p(99)', 'max'];

// `aims` are the thresholds that a run may miss and still keep its promises; k6 itself knows no difference.
export function summary(aims = {}) {
  const names = Object.entries(aims).flatMap(([metric, thresholds]) =>
    thresholds.map((each) => `${metric}: ${each.threshold || each}`),
  );
  return (data) => {
    const checks = data.root_group.checks;
    const text = JSON.stringify({ config, aims: names, metrics: data.metrics, checks, state: data.state });
    return config.out ? { [config.out]: text } : { stdout: `${text}\n`, stderr: readable(data, names) };
  };
}

// For a script that has promises only.
export const handleSummary = summary();
