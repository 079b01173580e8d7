// A training on the server, seen from the page: begun, followed, commanded.

import { follow, get, post } from "../api.js";

const ACTIVE = new Set(["waiting", "reading", "training"]);

export const isActive = (state) => ACTIVE.has(state);

/** onState(training): whenever something has changed; fail(error): when the connection breaks. */
export function trainingRun({ onState, fail }) {
  let id = null;
  let connection = null;

  function detach() {
    connection?.abort();
    connection = null;
  }

  function listen() {
    detach();
    const own = new AbortController();
    connection = own;
    follow(`explorer/trainings/${id}/events`, (training) => {
      if (connection !== own) return false;
      onState(training);
      return isActive(training.state);
    }, own.signal).catch((error) => { if (error.name !== "AbortError" && connection === own) fail(error); });
  }

  function shown(training) {
    id = training.id;
    onState(training);
    if (isActive(training.state)) listen();
    return training;
  }

  return {
    begin: async (body) => shown(await post("explorer/trainings", body)),
    attach: async (known) => shown(await get(`explorer/trainings/${encodeURIComponent(known)}`)),
    command: async (name) => shown(await post(`explorer/trainings/${id}/do/${name}`, {})),
    watch: async (words) => onState(await post(`explorer/trainings/${id}/words`, { words })),
    path: (name) => `explorer/trainings/${id}/${name}`,
    get id() { return id; },
    detach,
  };
}
