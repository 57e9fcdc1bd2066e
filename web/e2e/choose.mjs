// Copies the screenshots that the documents show from the last run into docs/screens. Called by `make screens`.
import { copyFileSync, mkdirSync } from 'node:fs';

const chosen = {
  'inbox.png': 'conversation-zh-CN-1440-light', 'inbox-dark.png': 'conversation-en-1440-dark', 'phone.png': 'conversation-zh-CN-390-light', 'search.png': 'search-zh-CN-1440-light',
  'widget.png': 'widget-zh-CN-1440-light', 'chat-phone.png': 'chat-zh-CN-390-light', 'settings.png': 'settings.inbox-en-1440-light',
};
const root = new URL('../../', import.meta.url);
mkdirSync(new URL('docs/screens/', root), { recursive: true });
for (const [name, from] of Object.entries(chosen)) copyFileSync(new URL(`target/screens/${from}.png`, root), new URL(`docs/screens/${name}`, root));
