// GET /report: the questions that a campaign dashboard asks, weighted to small windows as people ask them.

import http from 'k6/http';
import { check } from 'k6';
import { campaign, config, headers, phase, pick } from './config.js';

const ZONES = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata'];

// [shape, weight, query]; the shape is a tag, so that each can have its own percentiles.
const SHAPES = [
  ['hour', 25, () => `campaign_id=${campaign()}&start=-1h`],
  ['day', 20, () => `campaign_id=${campaign()}&start=-1d`],
  ['day_by_hour', 20, () => `campaign_id=${campaign()}&start=-1d&granularity=hour&timezone=${pick(ZONES)}`],
  ['hour_by_minute', 10, () => `campaign_id=${campaign()}&start=-1h&granularity=minute`],
  ['month_by_day', 10, () => `campaign_id=${campaign()}&start=-${config.days}d&granularity=day&timezone=${pick(ZONES)}`],
  ['month', 5, () => `campaign_id=${campaign()}&start=-${config.days}d`],
  ['several', 5, () => `campaign_id=${campaign()}&campaign_id=${campaign()}&start=-7d&group_by=campaign_id`],
  ['everything', 5, () => `start=-${config.days}d`],
];
export const shapes = SHAPES.map(([name]) => name);
const weighted = SHAPES.flatMap((shape) => Array(shape[1]).fill(shape));

export function report() {
  phase();
  const [shape, , query] = pick(weighted);
  const reply = http.get(`${config.baseUrl}/report?${query()}`, {
    headers,
    tags: { name: 'report', shape },
  });
  const answer = reply.status === 200 ? reply.json() : null;
  check(answer, {
    'a report has whole totals': (a) =>
      a !== null &&
      ['impressions', 'clicks', 'conversions'].every((name) => Number.isInteger(a.totals[name])) &&
      a.totals.cost >= 0,
    'a report has the rows it was asked for': (a) => a !== null && (a.rows !== undefined || !/month_|_by_/.test(shape)),
  });
}
