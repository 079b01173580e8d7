// Requests to the server. Its errors are sentences, and are thrown as they are.

const running = new Map();

export class ServerError extends Error {
  constructor(message, code, details) {
    super(message);
    Object.assign(this, { code, details });
  }
}

async function open(path, options = {}) {
  const token = sessionStorage.getItem("token");
  const headers = { ...(options.headers ?? {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  try {
    return await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("The server does not answer. Is `firth explore` still running?", "no_answer");
  }
}

async function request(path, options) {
  const response = await open(path, options);
  const body = response.headers.get("content-type")?.startsWith("application/json") ? await response.json() : await response.blob();
  if (response.ok) return body;
  const error = body?.error ?? { message: `${response.status} ${response.statusText}`, code: "http" };
  throw new ServerError(error.message, error.code, error);
}

export const get = (path, options) => request(path, options);

export const post = (path, body, options = {}) =>
  request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...options });

/**
 * Post, and forget any earlier request of this name that is still under way: what comes back is always about the
 * newest state. Resolves to null where a newer request has replaced this one.
 */
export async function latest(name, path, body) {
  running.get(name)?.abort();
  const controller = new AbortController();
  running.set(name, controller);
  try {
    return await post(path, body, { signal: controller.signal });
  } catch (error) {
    if (error.name === "AbortError") return null;
    throw error;
  } finally {
    if (running.get(name) === controller) running.delete(name);
  }
}

/** Send a file as it is. */
export const send = (path, file) => request(path, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });

/** Save what a path gives as a file of the reader's. */
export async function download(path, name) {
  const address = URL.createObjectURL(await request(path));
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/**
 * Server-sent events, each a JSON value given to onEvent, until onEvent returns false or `signal` aborts. A stream that
 * ends before that is opened again: the server ends each one after a while.
 */
export async function follow(path, onEvent, signal) {
  for (;;) {
    const response = await open(path, { signal });
    if (!response.ok) throw new ServerError((await response.json()).error.message, "events");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        if (onEvent(JSON.parse(event.replace(/^data: ?/, ""))) === false) return;
      }
    }
  }
}
