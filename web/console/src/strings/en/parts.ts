import type source from '../zh-CN/parts';

const texts: Record<keyof typeof source, string> = {
  'parts.optional': 'Optional',
  'parts.close': 'Close',
  'parts.cancel': 'Cancel',
  'parts.loading': 'Loading',
  'parts.copy': 'Copy',
  'parts.copied': 'Copied',
  'parts.copyFailed': 'The browser refused to copy. Select the text by hand.',
  'parts.shownOnce': 'This is shown only once. Copy it now and keep it safe.',
  'parts.showPassword': 'Show password',
  'parts.hidePassword': 'Hide password',
  'parts.capsLock': 'Caps Lock is on',
  'parts.presence.online': 'Online',
  'parts.presence.away': 'Away',
  'parts.presence.offline': 'Offline',
};
export default texts;
