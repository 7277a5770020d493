// GET /report: the questions that a campaign dashboard asks, weighted to small windows as people ask them.

import http from 'k6/http';
import { check } from 'k6';
import { campaign, config, headers, phase, pick } from './config.js';

const ZONES = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata'];

// [shape, weight, query with holes]; the shape is a tag, so that each can have its own percentiles. A file of its
// own, because benchmarks/suites asks the same mix without HTTP.
// open() takes a path, not a URL: in a folder with a space in its name the two differ.
const read = (file) => JSON.parse(open(decodeURIComponent(import.meta.resolve(file).replace('file://', ''))));
const weigh = (list) => list.flatMap((shape) => Array(shape[1]).fill(shape));
const SHAPES = read('./shapes.json');
export const shapes = SHAPES.map(([name]) => name);
const weighted = weigh(SHAPES);
const BREAKDOWNS = read('./breakdowns.json');
export const breakdowns = BREAKDOWNS.map(([name]) => name);
const weightedBreakdowns = weigh(BREAKDOWNS);
const holes = { campaign, zone: () => pick(ZONES), days: () => config.days };

export function report() {
  ask(pick(weighted));
}

// The same mix, where every fourth question is by a declared key of metadata.
export function reportOrBreakdown() {
  ask(pick(Math.random() < 0.25 ? weightedBreakdowns : weighted));
}

function ask([shape, , query]) {
  phase();
  const reply = http.get(`${config.baseUrl}/report?${query.replace(/{(\w+)}/g, (_, hole) => holes[hole]())}`, {
    headers,
    tags: { name: 'report', shape },
  });
  const answer = reply.status === 200 ? reply.json() : null;
  check(answer, {
    'a report has whole totals': (a) =>
      a !== null &&
      ['impressions', 'clicks', 'conversions'].every((name) => Number.isInteger(a.totals[name])) &&
      a.totals.cost >= 0,
    'a report has the rows it was asked for': (a) => a !== null && (a.rows !== undefined || !/granularity|group_by/.test(query)),
  });
}
