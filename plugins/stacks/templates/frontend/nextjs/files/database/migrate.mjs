<%# backend.none %>
<%# database.any %>
// Carries out what is new in database/migrations/, in the order of the names, once each.
import { readFile, readdir } from 'node:fs/promises';
import { close, query, run } from '../lib/database.js';

await query('CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(255) PRIMARY KEY)');
const done = new Set((await query('SELECT name FROM migrations')).map((row) => row.name));
const folder = new URL('./migrations/', import.meta.url);
for (const name of (await readdir(folder)).sort()) {
  if (done.has(name) || !/^[a-z0-9_-]+\.sql$/.test(name)) continue;
  const sql = await readFile(new URL(name, folder), 'utf8');
  await run(`${sql}\nINSERT INTO migrations (name) VALUES ('${name}');`);
  console.log(`migrated ${name}`);
}
await close();
<%/ database.any %>
<%/ backend.none %>
