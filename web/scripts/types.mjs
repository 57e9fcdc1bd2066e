// Makes the client's types from the published contract: web/openapi.json -> web/shared/api/schema.d.ts (ignored by git).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapi, { astToString } from 'openapi-typescript';

const web = new URL('..', import.meta.url);
const contract = new URL('openapi.json', web);

/** Whoever asks again with a key looks at `replayed` of the client; the types are those of the first answer. */
function firstAnswers(value) {
  if (Array.isArray(value)) return value.map(firstAnswers);
  if (value === null || typeof value !== 'object') return value;
  const repeated = value.anyOf?.some((one) => one.$ref === '#/components/schemas/Repeated');
  return repeated ? value.anyOf[0] : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, firstAnswers(one)]));
}

if (existsSync(contract)) {
  const text = astToString(await openapi(firstAnswers(JSON.parse(readFileSync(contract, 'utf8')))));
  writeFileSync(fileURLToPath(new URL('shared/api/schema.d.ts', web)), text);
}
