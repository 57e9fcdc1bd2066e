// Starts the console: look and language of the last visit first, then the session, then the screen.
import '$shared/styles/tokens.css';
import '$shared/styles/base.css';
import './shell/shell.css';
import { mount } from 'svelte';
import { detect, LOCALES, type Locale } from '$shared/i18n/core';
import App from './App.svelte';
import { useLocale } from './i18n.svelte';
import { listen } from './router.svelte';
import { sessionState, loadSession } from './state/session.svelte';

interface Look { theme?: string; locale?: Locale }
function lastLook(): Look {
  try { return JSON.parse(localStorage.getItem('candor.look') ?? '{}') as Look; } catch { return {}; }
}

const look = lastLook();
if (look.theme === 'light' || look.theme === 'dark') document.documentElement.dataset.theme = look.theme;
const locale = LOCALES.find((each) => each === look.locale) ?? detect(navigator.languages);

listen();
await Promise.all([
  useLocale(locale),
  // A slow answer must not leave the page white: the frame shows at once and the content follows.
  Promise.race([loadSession(), new Promise((resolve) => setTimeout(resolve, 400))]),
]);
if (sessionState() !== 'in') await useLocale(locale);
const target = document.getElementById('app');
if (target) mount(App, { target });
