// Asks the service: with the key of this tab, in a header and never in an address.

const STORED = "adpulse.read_key";
const PATIENCE_MS = 20000;

export class Refused extends Error {
  constructor(asked_with, status, code, detail, wait_s = 0) {
    super(detail);
    this.asked_with = asked_with; // the key of the request, which may be another one by now
    this.status = status;
    this.code = code;
    this.wait_s = wait_s;
  }
}

export const key = {
  get: () => sessionStorage.getItem(STORED),
  set: (text) => sessionStorage.setItem(STORED, text),
  forget: () => sessionStorage.removeItem(STORED),
};

// Returns the JSON at a path. Throws Refused; status 0 is no answer at all.
export async function ask(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  const headers = { Accept: "application/json" };
  const sent = key.get();
  if (sent) headers["X-API-Key"] = sent;
  let reply, content;
  try {
    reply = await fetch(query ? `${path}?${query}` : path, { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    content = await reply.json();
  } catch {
    throw new Refused(sent, reply?.status ?? 0, "no_answer", "The service does not answer; trying again");
  }
  if (!reply.ok) {
    const code = String(content.type ?? "").replace("urn:adpulse:", "");
    throw new Refused(sent, reply.status, code, content.detail ?? reply.statusText, Number(reply.headers.get("Retry-After")) || 0);
  }
  return content;
}
