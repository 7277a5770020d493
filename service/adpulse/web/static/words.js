// Numbers and times as people read them.

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const MONEY = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const SMALL_MONEY = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 6 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const NONE = "–";

export const whole = (value) => WHOLE.format(value);
export const rate = (value) => (value < 10 ? TENTHS : WHOLE).format(value);
export const money = (value) => (value < 0.1 ? SMALL_MONEY : MONEY).format(value);
export const short = (value) => (value > 0 && value < 1 ? SMALL_MONEY : SHORT).format(value);
export const percent = (value) => PERCENT.format(value);

export function milliseconds(seconds) {
  if (!Number.isFinite(seconds)) return "> 10 s";
  if (seconds >= 1) return `${TENTHS.format(seconds)} s`;
  return `${(seconds < 0.01 ? TENTHS : WHOLE).format(seconds * 1000)} ms`;
}

const time = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const CLOCK = time({ hour: "2-digit", minute: "2-digit" });
const EXACT = time({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = time({ day: "numeric", month: "short" });
const MONTH = time({ month: "short", year: "numeric" });
const DATE = time({ day: "numeric", month: "short", year: "numeric" });
const FULL = time({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export const clock = (at) => EXACT.format(at);

// What stands below a bar, and what stands in a row of the table.
export const TICK = { minute: (at) => CLOCK.format(at), hour: (at) => CLOCK.format(at), day: (at) => DAY.format(at), month: (at) => MONTH.format(at) };
export const BUCKET = { minute: (at) => CLOCK.format(at), hour: (at) => FULL.format(at), day: (at) => DATE.format(at), month: (at) => MONTH.format(at) };
