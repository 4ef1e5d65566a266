import express from 'express';
<%# database.any %>
import { notes } from './lib/database.js';
<%/ database.any %>

const app = express();
app.disable('x-powered-by');

app.get('/', (request, response) => {
  response.json({ title: <% title.json %>, health: '/health', notes: '/api/notes' });
});

<%# database.any %>
app.get('/api/notes', async (request, response) => {
  response.json(await notes());
});

// Says whether the application works, with something that was read from where it is kept.
app.get('/health', async (request, response) => {
  try {
    const all = await notes();
    response.json({ status: 'ok', database: { notes: all.length, first: all[0]?.text ?? null } });
  } catch (error) {
    console.error(error);
    response.status(503).json({ status: 'the database cannot be read' });
  }
});
<%/ database.any %>
<%^ database.any %>
app.get('/api/notes', (request, response) => {
  response.json([]);
});

app.get('/health', (request, response) => {
  response.json({ status: 'ok' });
});
<%/ database.any %>

const port = Number(process.env.PORT ?? 8000);
const host = process.env.HOST ?? '127.0.0.1';
app.listen(port, host, (error) => {
  if (error) throw error;
  console.log(`http://${host}:${port}`);
});
