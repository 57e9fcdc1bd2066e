// Calls that must not compile: `npm run check` fails as soon as one of them does.
import { makeClient } from './client';

const api = makeClient({ base: '/api/v1' });
const id = '00000000-0000-0000-0000-000000000000';

export const refused = (): unknown[] => [
  // @ts-expect-error A field that the route does not know.
  api.post(`/conversations/${id}/read`, { seq: 1, sequence: 1 }),
  // @ts-expect-error A field of another type.
  api.post(`/conversations/${id}/read`, { seq: '1' }),
  // @ts-expect-error A needed field is missing.
  api.post(`/conversations/${id}/notes`, { text: 'x' }),
  // @ts-expect-error No body where one is needed.
  api.put(`/conversations/${id}/drafts/reply`),
  // @ts-expect-error A body where there is none.
  api.post('/checklist/dismiss', { really: true }),
  // @ts-expect-error No such route.
  api.get(`/conversations/${id}/text`),
  // @ts-expect-error A route that has no such method.
  api.delete(`/conversations/${id}`),
  // @ts-expect-error A parameter that the route does not know.
  api.get('/search', { query: { q: 'x', page: 2 } }),
  // @ts-expect-error A word that is not on the list.
  api.patch('/me', { presence: 'asleep' }),
  // @ts-expect-error An action that does not exist.
  api.post(`/conversations/${id}/actions`, { action: { type: 'explode' } }),
];

export const answered = async (): Promise<[string, number, string | null]> => {
  const agent = (await api.make('/agents', { email: 'a@b.example', name: 'A', roles: [] }, { key: id }))?.agent.email ?? '';
  const row = (await api.get('/conversations', { query: { view: 'mine' } })).items[0]?.seq ?? 0;
  return [agent, row, (await api.read(`/tags/${id}`)).etag];
};
