// The screens that show without a session, in one file.
export { default as Link } from './Link.svelte';
export { default as SignIn } from './SignIn.svelte';
