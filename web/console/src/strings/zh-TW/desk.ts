// Everything the desk itself says, in one file: what is there from the start.
import common from './common';
import inbox from './inbox';
import letter from './letter';
import outbound from './outbound';
import parts from './parts';
import tools from './tools';

export default { ...common, ...inbox, ...letter, ...outbound, ...parts, ...tools };
