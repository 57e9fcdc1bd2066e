// Copies the screenshots that the documents show from the last run into docs/screens. Called by `make screens`.
import { copyFileSync, mkdirSync } from 'node:fs';

const chosen = {
  inbox: 'conversation-zh-CN-1440-light', 'inbox-dark': 'conversation-en-1440-dark', phone: 'conversation-zh-CN-390-light', search: 'search.found-zh-CN-1440-light',
  widget: 'widget-zh-CN-1440-light', 'chat-phone': 'chat.talk-zh-CN-390-light', settings: 'settings.inbox.widget-zh-CN-1440-light', mail: 'mail.new-zh-CN-1440-light',
};
const root = new URL('../../', import.meta.url);
mkdirSync(new URL('docs/screens/', root), { recursive: true });
for (const [name, from] of Object.entries(chosen)) copyFileSync(new URL(`target/screens/${from}.png`, root), new URL(`docs/screens/${name}.png`, root));
