<%# backend.any %>
import { useEffect, useState } from 'react';
<%/ backend.any %>
import title from './title.js';

export default function App() {
<%# backend.any %>
  const [notes, setNotes] = useState([]);
  const [problem, setProblem] = useState('');

  useEffect(() => {
    const stop = new AbortController();
    fetch('/api/notes', { signal: stop.signal })
      .then((response) => {
        if (!response.ok) throw new Error(`/api/notes: ${response.status}`);
        return response.json();
      })
      .then(setNotes)
      .catch((error) => {
        if (!stop.signal.aborted) setProblem(`The notes cannot be read (${error.message}).`);
      });
    return () => stop.abort();
  }, []);

<%/ backend.any %>
  return (
<%# css.tailwind %>
    <main className="mx-auto max-w-2xl px-6 py-16">
      <h1 className="text-4xl font-bold tracking-tight">{title}</h1>
<%# backend.any %>
      {problem && <p className="mt-8 text-rose-300">{problem}</p>}
      <ul className="mt-8 space-y-3">
        {notes.map((note) => (
          <li key={note.id} className="rounded-lg bg-slate-800 px-4 py-3 shadow">{note.text}</li>
        ))}
      </ul>
<%/ backend.any %>
<%^ backend.any %>
      <p className="mt-8 text-slate-300">This page is in src/App.jsx.</p>
<%/ backend.any %>
    </main>
<%/ css.tailwind %>
<%# css.bootstrap %>
    <main className="container py-5">
      <h1 className="display-5 fw-bold">{title}</h1>
<%# backend.any %>
      {problem && <p className="alert alert-danger mt-4">{problem}</p>}
      <ul className="list-group mt-4">
        {notes.map((note) => (
          <li key={note.id} className="list-group-item">{note.text}</li>
        ))}
      </ul>
<%/ backend.any %>
<%^ backend.any %>
      <p className="lead mt-4">This page is in src/App.jsx.</p>
<%/ backend.any %>
    </main>
<%/ css.bootstrap %>
<%# css.none %>
    <main>
      <h1>{title}</h1>
<%# backend.any %>
      {problem && <p>{problem}</p>}
      <ul>
        {notes.map((note) => (
          <li key={note.id}>{note.text}</li>
        ))}
      </ul>
<%/ backend.any %>
<%^ backend.any %>
      <p>This page is in src/App.jsx.</p>
<%/ backend.any %>
    </main>
<%/ css.none %>
  );
}
