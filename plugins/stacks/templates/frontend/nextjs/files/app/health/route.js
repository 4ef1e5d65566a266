<%# database.any %>
import { notes } from '../../lib/notes.js';

<%/ database.any %>
export const dynamic = 'force-dynamic';

// Says whether the application works, with something that was read from where it is kept.
export async function GET() {
<%# database.any %>
  try {
    const all = await notes();
    return Response.json({ status: 'ok', database: { notes: all.length, first: all[0]?.text ?? null } });
  } catch (error) {
    console.error(error);
    return Response.json({ status: 'the database cannot be read' }, { status: 503 });
  }
<%/ database.any %>
<%^ database.any %>
  return Response.json({ status: 'ok' });
<%/ database.any %>
}
