<%# database.postgresql %>
import pg from 'pg';

const pool = new pg.Pool({
  host: process.env.DATABASE_HOST,
  port: Number(process.env.DATABASE_PORT),
  database: process.env.DATABASE_NAME,
  user: process.env.DATABASE_USER,
  password: process.env.DATABASE_PASSWORD,
  max: 5,
});

/** The rows that a statement gives. */
export async function query(sql) {
  return (await pool.query(sql)).rows;
}

export async function close() {
  await pool.end();
}
<%/ database.postgresql %>
<%# database.mariadb %>
import { createPool } from 'mariadb';

const pool = createPool({
  host: process.env.DATABASE_HOST,
  port: Number(process.env.DATABASE_PORT),
  database: process.env.DATABASE_NAME,
  user: process.env.DATABASE_USER,
  password: process.env.DATABASE_PASSWORD,
  connectionLimit: 5,
});

/** The rows that a statement gives. */
export async function query(sql) {
  return pool.query(sql);
}

export async function close() {
  await pool.end();
}
<%/ database.mariadb %>
<%# database.sqlite %>
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const file = process.env.DATABASE_FILE ?? 'data/database.sqlite';
mkdirSync(dirname(file), { recursive: true });
const database = new DatabaseSync(file);

/** The rows that a statement gives. */
export async function query(sql) {
  return database.prepare(sql).all();
}

export async function close() {
  database.close();
}
<%/ database.sqlite %>

export async function notes() {
  return query('SELECT id, text FROM notes ORDER BY id');
}
