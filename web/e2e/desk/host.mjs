// A page of the exchange: its own server, under the strict policy that the documentation gives.
import { createServer } from 'node:http';

/**
 * Serves `/` with the loader on it, at http://localhost:PORT: to a browser that is another site than 127.0.0.1, and one that keeps
 * nothing for third parties denies the chat its storage there. At 127.0.0.1 it is another origin of the same site.
 */
export async function startHost(name = 'localhost') {
  const host = { inbox: '', desk: '' };
  const server = createServer((request, response) => {
    if (request.url !== '/') return response.writeHead(204).end();
    const policy = `default-src 'none'; script-src ${host.desk}; frame-src ${host.desk}; img-src 'self'`;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
    response.end(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Harborix</title>
<main><h1>提现记录</h1><p>W-552018 审核中</p></main><script src="${host.desk}/w.js" data-inbox="${host.inbox}" async></script>`);
  });
  await new Promise((done) => server.listen(0, name, done));
  host.url = `http://${name}:${server.address().port}`;
  host.close = () => new Promise((done) => { server.close(done); server.closeAllConnections(); });
  return host;
}
