// Requests to the server. Its errors are sentences, and are thrown as they are.

const running = new Map();

export class ServerError extends Error {
  constructor(message, code, details) {
    super(message);
    Object.assign(this, { code, details });
  }
}

async function request(path, options = {}) {
  const token = sessionStorage.getItem("token");
  const headers = { ...(options.headers ?? {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("The server does not answer. Is `firth explore` still running?", "no_answer");
  }
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
