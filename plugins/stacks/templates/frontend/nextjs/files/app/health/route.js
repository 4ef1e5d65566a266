<%# backend.any %>
import { fromBackend } from '../../lib/notes.js';

<%/ backend.any %>
<%# backend.none %>
<%# database.any %>
import { notes } from '../../lib/notes.js';

<%/ database.any %>
<%/ backend.none %>
export const dynamic = 'force-dynamic';

<%# backend.any %>
// Says whether the application works: the page does when the backend does.
export async function GET() {
  try {
    const answer = await fromBackend('/health');
    return Response.json(await answer.json(), { status: answer.status });
  } catch (error) {
    console.error(error);
    return Response.json({ status: 'the backend cannot be reached' }, { status: 503 });
  }
}
<%/ backend.any %>
<%# backend.none %>
<%# database.any %>
// Says whether the application works, with something that was read from where it is kept.
export async function GET() {
  try {
    const all = await notes();
    return Response.json({ status: 'ok', database: { notes: all.length, first: all[0]?.text ?? null } });
  } catch (error) {
    console.error(error);
    return Response.json({ status: 'the database cannot be read' }, { status: 503 });
  }
}
<%/ database.any %>
<%# database.none %>
export async function GET() {
  return Response.json({ status: 'ok' });
}
<%/ database.none %>
<%/ backend.none %>
