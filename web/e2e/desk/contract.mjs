// The published contract as data: which calls there are, a body that each would take, and every place in such a body.
import { readFileSync } from 'node:fs';

const contract = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url)));
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const resolve = (schema) => (schema.$ref ? resolve(schema.$ref.split('/').slice(1).reduce((part, name) => part[name], contract)) : schema);
const isNull = (schema) => schema.type === 'null';

/** `{method, path, schema?, query}` of every call that the contract names. */
export function operations() {
  return Object.entries(contract.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => {
    const { requestBody, parameters = [] } = item[method];
    const schema = requestBody?.content?.['application/json']?.schema;
    return { method: method.toUpperCase(), path, schema, query: parameters.filter((one) => one.in === 'query').map((one) => one.name) };
  }));
}

/** A body with every property in it; what an id or a word has to be, the schema does not always say. */
export function example(schema, depth = 0) {
  const one = resolve(schema);
  const choice = one.oneOf ?? one.anyOf ?? one.allOf;
  if (choice) return example(choice.find((part) => !isNull(part)) ?? choice[0], depth);
  if (one.const !== undefined) return one.const;
  if (one.enum) return one.enum[0];
  const type = Array.isArray(one.type) ? one.type.find((name) => name !== 'null') : one.type;
  if (type === 'object' || one.properties) {
    if (depth > 6) return {};
    return Object.fromEntries(Object.entries(one.properties ?? {}).map(([name, part]) => [name, example(part, depth + 1)]));
  }
  if (type === 'array') return depth > 6 || one.items?.format === 'uuid' ? [] : [example(one.items ?? {}, depth + 1)];
  if (type === 'boolean') return false;
  if (type === 'integer' || type === 'number') return one.minimum ?? 1;
  if (one.format === 'uuid') return '01a20000-0000-7000-8000-000000000001';
  return 'x';
}

/** Every place in a body, as a path of names, with what stands there. */
export function places(value, path = []) {
  const here = path.length > 0 ? [{ path, value }] : [];
  if (value === null || typeof value !== 'object') return here;
  return [...here, ...Object.entries(value).flatMap(([name, part]) => places(part, [...path, name]))];
}

/** The body with something else at a place. */
export function put(body, path, something) {
  const copy = structuredClone(body);
  const last = path.at(-1);
  path.slice(0, -1).reduce((part, name) => part[name], copy)[last] = something;
  return copy;
}
