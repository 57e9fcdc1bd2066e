// Runs schemathesis against a desk of its own, as an agent on /api/v1 and as a visitor on /visitor/v1. Called by scripts/fuzz.sh.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { firstAdmin, openInbox, visitor } from './desk/api.mjs';
import { startDesk } from './desk/server.mjs';

const [tool, examples, ...seeds] = process.argv.slice(2);
const contract = fileURLToPath(new URL('../openapi.json', import.meta.url));
const desk = await startDesk({ env: { CANDOR_LIMIT_FACTOR: '1000000' } });
let failed = 0;
try {
  const admin = await firstAdmin(desk);
  const inbox = await openInbox(admin);
  // A token and not the cookie: a fuzzer that signs itself out would test nothing after that.
  const { secret } = await admin.post('/api/v1/tokens', { name: 'fuzz', permissions: (await admin.get('/api/v1/session')).permissions });
  for (const seed of seeds) {
    for (const [surface, bearer] of [['/api/v1', secret], ['/visitor/v1', (await visitor(desk, inbox)).session.token]]) {
      // A file comes as the type it was taken for, which the document cannot list.
      // Not spawnSync: somebody has to read what the desk says meanwhile, or it waits for its reader.
      const run = spawn(tool, ['run', contract, '--url', desk.url, '--include-path-regex', `^${surface}/`, '--exclude-path-regex', '/stream$|/session$|/files/\\{id\\}$',
        '--checks', 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance', '--phases', 'examples,coverage,fuzzing',
        '--max-examples', examples, '--seed', seed, '--no-color', '--continue-on-failure', '--suppress-health-check', 'all', '--header', `Authorization: Bearer ${bearer}`],
      { stdio: ['ignore', 'inherit', 'inherit'] });
      const [status] = await once(run, 'exit');
      failed += status === 0 ? 0 : 1;
    }
  }
  const errors = desk.errors();
  if (errors.length > 0) { console.error(errors.slice(0, 20).join('\n')); failed += 1; }
} finally {
  await desk.close();
}
process.exitCode = failed > 0 ? 1 : 0;
