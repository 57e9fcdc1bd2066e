// Every screen of the console, as plain data: the router imports it, and the browser tests walk it.
// `screen` names the lazily loaded component (see App.svelte), `example` fills the parameters in tests, `needs` is one permission or
// a list of which any will do, `open` screens show without a session. The first path that fits wins.

/**
 * @typedef {object} Route
 * @property {string} name
 * @property {string} path      `:name` is one part of the path
 * @property {string} screen
 * @property {string | string[]} [needs]
 * @property {boolean} [open]
 * @property {Record<string, string>} [example]
 */

/** @type {Route[]} */
export const routes = [
  { name: 'signin', path: '/signin', screen: 'signin', open: true },
  { name: 'link', path: '/link/:token', screen: 'link', open: true, example: { token: 'expired' } },

  { name: 'inbox', path: '/inbox/:view', screen: 'inbox', needs: 'conversation.read', example: { view: 'mine' } },
  { name: 'conversation', path: '/inbox/:view/:conversation', screen: 'inbox', needs: 'conversation.read', example: { view: 'all', conversation: 'first' } },

  { name: 'search', path: '/search', screen: 'search', needs: 'conversation.read' },
  { name: 'profile', path: '/profile', screen: 'settings/profile' },

  { name: 'settings', path: '/settings', screen: 'settings/home' },
  { name: 'settings.general', path: '/settings/general', screen: 'settings/general', needs: 'settings.manage' },
  { name: 'settings.inboxes', path: '/settings/inboxes', screen: 'settings/inboxes', needs: 'inbox.manage' },
  { name: 'settings.inbox', path: '/settings/inboxes/:id', screen: 'settings/inbox', needs: 'inbox.manage', example: { id: 'first' } },
  { name: 'settings.teams', path: '/settings/teams', screen: 'settings/teams', needs: 'team.manage' },
  { name: 'settings.agents', path: '/settings/agents', screen: 'settings/agents', needs: 'agent.manage' },
  { name: 'settings.roles', path: '/settings/roles', screen: 'settings/roles', needs: 'role.manage' },
  { name: 'settings.tags', path: '/settings/tags', screen: 'settings/tags', needs: 'tag.manage' },
  { name: 'settings.statuses', path: '/settings/statuses', screen: 'settings/statuses', needs: 'status.manage' },
  { name: 'settings.blocks', path: '/settings/blocks', screen: 'settings/blocks', needs: 'contact.block' },
  { name: 'settings.tokens', path: '/settings/tokens', screen: 'settings/tokens', needs: 'token.manage' },
  { name: 'settings.audit', path: '/settings/audit', screen: 'settings/audit', needs: 'audit.read' },
];

/** The screen shown for `/` and after signing in. */
export const home = { name: 'inbox', params: { view: 'mine' } };
