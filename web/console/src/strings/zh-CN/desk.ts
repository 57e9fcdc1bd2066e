// Everything the desk itself says, in one file: what is there from the start.
import common from './common';
import composer from './composer';
import customer from './customer';
import inbox from './inbox';
import letter from './letter';
import outbound from './outbound';
import parts from './parts';
import thread from './thread';
import tools from './tools';

export default { ...common, ...composer, ...customer, ...inbox, ...letter, ...outbound, ...parts, ...thread, ...tools };
