// The real program on a new desk: SQLite, or a database of its own where E2E_DATABASE says postgres. Killed, started again, gone at the end.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { until } from './until.mjs';

export const database = process.env.E2E_DATABASE ?? 'sqlite';
export const program = process.env.CANDOR ?? new URL('../../../target/debug/candor', import.meta.url).pathname;

/** Whatever ends this process, no desk is left behind. */
const alive = new Set();
process.on('exit', () => { for (const child of alive) child.kill('SIGKILL'); });

/** A port that is free now. */
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** A database of its own and how to drop it. */
function newDatabase() {
  if (database === 'sqlite') return { args: [], drop() {} };
  const admin = process.env.CANDOR_TEST_POSTGRES;
  if (!admin) throw new Error('CANDOR_TEST_POSTGRES is not set: run `make e2e`');
  const name = `candor_e2e_${randomUUID().replaceAll('-', '')}`;
  const sql = (text) => execFileSync('psql', [admin, '-qXc', text], { stdio: ['ignore', 'ignore', 'inherit'] });
  sql(`CREATE DATABASE ${name}`);
  const url = new URL(admin);
  url.pathname = name;
  return { args: ['--database-url', url.href], drop: () => sql(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/**
 * Starts a desk. `flags` are more flags of `serve`; limits are wide, because one browser plays everybody.
 * `beside` is a desk whose database it serves too, as another node; `publicUrl` says where browsers reach it when something stands before it.
 * Of our environment it gets nothing: a CANDOR_ variable of the machine would change what is tested. The public name is 127.0.0.1, so that pages on localhost are another site to the browser.
 */
export async function startDesk({ flags = [], env = {}, beside, publicUrl } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'candor-e2e-'));
  const made = beside ? { args: beside.database, drop() {} } : newDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child;
  const desk = { url, port, data, said: '', database: made.args, args: ['--data', data, ...made.args] };

  desk.start = async () => {
    child = spawn(program, ['serve', ...desk.args, '--listen', `127.0.0.1:${port}`, '--public-url', publicUrl ?? url, ...flags],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, CANDOR_LIMIT_FACTOR: '1000', ...env } });
    const mine = child;
    alive.add(mine);
    mine.once('exit', () => alive.delete(mine));
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (bytes) => { desk.said += bytes; });
    const begun = Date.now();
    await until('the desk is ready', async () => {
      if (mine.exitCode !== null) throw new Error(`the desk ended with ${mine.exitCode}:\n${desk.said}`);
      return (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200;
    }, 30_000);
    return Date.now() - begun;
  };
  /** Ends it with a signal and waits until it is gone. */
  desk.end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await gone;
  };
  desk.kill = () => desk.end('SIGKILL');
  desk.close = async () => {
    await desk.end('SIGKILL');
    made.drop();
    rmSync(data, { recursive: true, force: true });
  };
  /** The program's other commands, on the same data. */
  desk.run = (...words) => desk.feed(undefined, ...words);
  /** The same with something on its standard input. */
  desk.feed = (input, ...words) => execFileSync(program, [...words, ...desk.args], { input, encoding: 'utf8', stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH } });
  /** What the server has logged as an error. */
  desk.errors = () => desk.said.split('\n').filter((line) => line.includes('"level":"ERROR"') || line.includes('panicked'));

  await desk.start();
  return desk;
}

/** The link that makes the first administrator, as it was printed. */
export function adminLink(desk) {
  const found = /http:\/\/\S+\/link\/\S+/.exec(desk.said);
  if (!found) throw new Error(`no link was printed:\n${desk.said}`);
  return found[0];
}
