// The end of a run: every metric as JSON for benchmarks/load.py, and nothing on the screen.

import { config } from './config.js';

export const TREND_STATS = ['count', 'min', 'avg', 'med', 'p(50)', 'p(90)', 'p(95)', 'p(99)', 'max'];

export function handleSummary(data) {
  const text = JSON.stringify({ config, metrics: data.metrics, checks: data.root_group.checks, state: data.state });
  return config.out ? { [config.out]: text } : { stdout: `${text}\n` };
}
