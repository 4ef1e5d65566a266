<%# backend.any %>
// The backend: in containers at BACKEND_URL, else at its port of this machine.
const backend = process.env.BACKEND_URL ?? `http://127.0.0.1:${process.env.API_PORT}`;

/** What the backend answers at a path; called on the server only. */
export function fromBackend(path) {
  return fetch(new URL(path, backend), { cache: 'no-store', signal: AbortSignal.timeout(4000) });
}

export async function notes() {
  const answer = await fromBackend('/api/notes');
  if (!answer.ok) throw new Error(`the backend answers ${answer.status}`);
  return answer.json();
}
<%/ backend.any %>
<%# backend.none %>
<%# database.any %>
import { query } from './database.js';

export async function notes() {
  return query('SELECT id, text FROM notes ORDER BY id');
}
<%/ database.any %>
<%/ backend.none %>
