import { notes } from '../lib/notes.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  const all = await notes();
  return (
<%# css.tailwind %>
    <main className="mx-auto max-w-2xl px-6 py-16">
      <h1 className="text-4xl font-bold tracking-tight">{<% title.json %>}</h1>
      <ul className="mt-8 space-y-3">
        {all.map((note) => (
          <li key={note.id} className="rounded-lg bg-slate-800 px-4 py-3 shadow">{note.text}</li>
        ))}
      </ul>
    </main>
<%/ css.tailwind %>
<%# css.bootstrap %>
    <main className="container py-5">
      <h1 className="display-5 fw-bold">{<% title.json %>}</h1>
      <ul className="list-group mt-4">
        {all.map((note) => (
          <li key={note.id} className="list-group-item">{note.text}</li>
        ))}
      </ul>
    </main>
<%/ css.bootstrap %>
<%# css.none %>
    <main>
      <h1>{<% title.json %>}</h1>
      <ul>
        {all.map((note) => (
          <li key={note.id}>{note.text}</li>
        ))}
      </ul>
    </main>
<%/ css.none %>
  );
}
