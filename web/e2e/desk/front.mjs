// What stands before several nodes: passes connections on to the first node that answers. It knows no HTTP, as the simplest of its kind.
import { connect, createServer } from 'node:net';

/** Listens at an address and passes on to `nodes`, the first that lives; `served` counts the connections of each. */
export async function startFront(address, port, nodes) {
  const open = new Set();
  const front = { served: new Map(nodes.map((node) => [node, 0])) };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    pass(socket, [...nodes], front.served);
  });
  await new Promise((done, failed) => server.once('error', failed).listen(port, address, done));
  front.url = `http://${address}:${server.address().port}`;
  front.port = server.address().port;
  front.close = () => new Promise((done) => { server.close(done); for (const socket of open) socket.destroy(); });
  return front;
}

function pass(socket, [node, ...others], served) {
  if (!node) return socket.destroy();
  const line = connect(node.port, '127.0.0.1');
  line.once('connect', () => {
    served.set(node, served.get(node) + 1);
    line.removeAllListeners('error').on('error', () => socket.destroy());
    line.on('close', () => socket.destroy());
    socket.on('close', () => line.destroy());
    socket.pipe(line).pipe(socket);
  });
  line.once('error', () => pass(socket, others, served));
}
