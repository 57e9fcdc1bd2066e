// Everything the settings say, in one file: loaded with the first of their screens.
import accounts from './accounts';
import administration from './administration';
import audit from './audit';
import blocks from './blocks';
import inboxes from './inboxes';
import permissions from './permissions';
import profile from './profile';

export default { ...accounts, ...administration, ...audit, ...blocks, ...inboxes, ...permissions, ...profile };
