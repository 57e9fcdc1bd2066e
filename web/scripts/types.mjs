// Makes the client's types from the published contract: web/openapi.json -> web/shared/api/schema.d.ts (ignored by git).
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapi, { astToString } from 'openapi-typescript';

const web = new URL('..', import.meta.url);
const contract = new URL('openapi.json', web);
if (existsSync(contract)) {
  const text = astToString(await openapi(contract));
  writeFileSync(fileURLToPath(new URL('shared/api/schema.d.ts', web)), text);
}
