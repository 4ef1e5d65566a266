<%# database.postgresql %>
import pg from 'pg';

const pool = new pg.Pool({
  host: process.env.DATABASE_HOST ?? '127.0.0.1',
  port: Number(process.env.DATABASE_PORT),
  database: process.env.DATABASE_NAME,
  user: process.env.DATABASE_USER,
  password: process.env.DATABASE_PASSWORD,
  max: 5,
  connectionTimeoutMillis: 4000,
});
// A connection that the database closes while nobody uses it is no reason to end.
pool.on('error', (error) => console.error(error.message));

/** The rows that a statement gives; its values are those of $1, $2, … */
export async function query(sql, values = []) {
  return (await pool.query(sql, values)).rows;
}

export async function close() {
  await pool.end();
}

<%/ database.postgresql %>
<%# database.mariadb %>
import { createPool } from 'mariadb';

const pool = createPool({
  host: process.env.DATABASE_HOST ?? '127.0.0.1',
  port: Number(process.env.DATABASE_PORT),
  database: process.env.DATABASE_NAME,
  user: process.env.DATABASE_USER,
  password: process.env.DATABASE_PASSWORD,
  connectionLimit: 5,
  acquireTimeout: 4000,
});

/** The rows that a statement gives; its values are those of the ? in it. */
export async function query(sql, values = []) {
  return pool.query(sql, values);
}

export async function close() {
  await pool.end();
}

<%/ database.mariadb %>
<%# database.sqlite %>
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';

const file = process.env.DATABASE_FILE ?? 'data/database.sqlite';
mkdirSync(dirname(file), { recursive: true });
const database = new Database(file);

/** The rows that a statement gives; its values are those of the ? in it. */
export async function query(sql, values = []) {
  const statement = database.prepare(sql);
  if (statement.reader) return statement.all(...values);
  statement.run(...values);
  return [];
}

export async function close() {
  database.close();
}

<%/ database.sqlite %>
<%# database.any %>
export async function notes() {
  return query('SELECT id, text FROM notes ORDER BY id');
}
<%/ database.any %>
