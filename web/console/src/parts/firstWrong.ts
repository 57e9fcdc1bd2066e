// After a form was refused, the keyboard goes to its first wrong field.
import { tick } from 'svelte';

export const focusFirstWrong = (): Promise<void> => tick().then(() => document.querySelector<HTMLElement>('dialog[open] [aria-invalid="true"]')?.focus());
