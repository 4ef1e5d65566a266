<%# backend.none %>
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
// A connection that breaks while nobody uses it is replaced; without this it would end the program.
pool.on('error', (error) => console.error(error.message));

/** The rows that a statement gives. */
export async function query(sql, values) {
  return (await pool.query(sql, values)).rows;
}

/** Carries out several statements: all of them, or none. */
export async function run(sql) {
  await pool.query(sql);
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

/** The rows that a statement gives. */
export async function query(sql, values) {
  return pool.query(sql, values);
}

/** Carries out several statements, each of which ends its line with a semicolon. */
export async function run(sql) {
  for (const statement of sql.split(/;\s*$/m))
    if (statement.trim() !== '') await pool.query(statement);
}

export async function close() {
  await pool.end();
}
<%/ database.mariadb %>
<%# database.sqlite %>
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';

let opened;
// At the first query: `next build` loads this file too, and has no use for a database.
function database() {
  if (opened === undefined) {
    const file = process.env.DATABASE_FILE ?? 'data/database.sqlite';
    mkdirSync(dirname(file), { recursive: true });
    opened = new Database(file);
    opened.pragma('journal_mode = WAL');
    opened.pragma('foreign_keys = ON');
  }
  return opened;
}

/** The rows that a statement gives. */
export async function query(sql, values = []) {
  const statement = database().prepare(sql);
  if (statement.reader) return statement.all(...values);
  statement.run(...values);
  return [];
}

/** Carries out several statements: all of them, or none. */
export async function run(sql) {
  try {
    database().exec(`BEGIN; ${sql}; COMMIT`);
  } catch (error) {
    if (database().inTransaction) database().exec('ROLLBACK');
    throw error;
  }
}

export async function close() {
  opened?.close();
}
<%/ database.sqlite %>
<%/ backend.none %>
