// The screens of the settings, in one file: whoever opens one opens the next.
export { default as Agents } from './Agents.svelte';
export { default as Audit } from './Audit.svelte';
export { default as Blocks } from './Blocks.svelte';
export { default as General } from './General.svelte';
export { default as Home } from './Home.svelte';
export { default as Inbox } from './Inbox.svelte';
export { default as Inboxes } from './Inboxes.svelte';
export { default as Profile } from './Profile.svelte';
export { default as Roles } from './Roles.svelte';
export { default as Statuses } from './Statuses.svelte';
export { default as Tags } from './Tags.svelte';
export { default as Teams } from './Teams.svelte';
export { default as Tokens } from './Tokens.svelte';
