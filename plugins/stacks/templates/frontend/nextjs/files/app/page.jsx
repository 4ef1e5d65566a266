<%# backend.any %>
import { notes } from '../lib/notes.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  const all = await notes();
  return (
<%/ backend.any %>
<%# backend.none %>
<%# database.any %>
import { notes } from '../lib/notes.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  const all = await notes();
  return (
<%/ database.any %>
<%# database.none %>
export default function Page() {
  return (
<%/ database.none %>
<%/ backend.none %>
<%# css.tailwind %>
    <main className="mx-auto max-w-2xl px-6 py-16">
      <h1 className="text-4xl font-bold tracking-tight">{<% title.json %>}</h1>
<%# backend.any %>
      <ul className="mt-8 space-y-3">
        {all.map((note) => (
          <li key={note.id} className="rounded-lg bg-slate-800 px-4 py-3 shadow">{note.text}</li>
        ))}
      </ul>
<%/ backend.any %>
<%# backend.none %>
<%# database.any %>
      <ul className="mt-8 space-y-3">
        {all.map((note) => (
          <li key={note.id} className="rounded-lg bg-slate-800 px-4 py-3 shadow">{note.text}</li>
        ))}
      </ul>
<%/ database.any %>
<%# database.none %>
      <p className="mt-8 text-slate-300">This page is in app/page.jsx.</p>
<%/ database.none %>
<%/ backend.none %>
    </main>
<%/ css.tailwind %>
<%# css.bootstrap %>
    <main className="container py-5">
      <h1 className="display-5 fw-bold">{<% title.json %>}</h1>
<%# backend.any %>
      <ul className="list-group mt-4">
        {all.map((note) => (
          <li key={note.id} className="list-group-item">{note.text}</li>
        ))}
      </ul>
<%/ backend.any %>
<%# backend.none %>
<%# database.any %>
      <ul className="list-group mt-4">
        {all.map((note) => (
          <li key={note.id} className="list-group-item">{note.text}</li>
        ))}
      </ul>
<%/ database.any %>
<%# database.none %>
      <p className="lead mt-4">This page is in app/page.jsx.</p>
<%/ database.none %>
<%/ backend.none %>
    </main>
<%/ css.bootstrap %>
<%# css.none %>
    <main>
      <h1>{<% title.json %>}</h1>
<%# backend.any %>
      <ul>
        {all.map((note) => (
          <li key={note.id}>{note.text}</li>
        ))}
      </ul>
<%/ backend.any %>
<%# backend.none %>
<%# database.any %>
      <ul>
        {all.map((note) => (
          <li key={note.id}>{note.text}</li>
        ))}
      </ul>
<%/ database.any %>
<%# database.none %>
      <p>This page is in app/page.jsx.</p>
<%/ database.none %>
<%/ backend.none %>
    </main>
<%/ css.none %>
  );
}
