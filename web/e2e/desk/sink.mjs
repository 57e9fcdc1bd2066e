// The mail server of somebody who is written to: takes everything, and keeps what it took.
import { createServer } from 'node:net';
import { until } from './until.mjs';

export async function startSink() {
  const sink = { mails: [] };
  const open = new Set();
  const server = createServer((line) => {
    let [waiting, mail, inside] = ['', '', false];
    const say = (words) => line.write(`${words}\r\n`);
    open.add(line);
    line.on('error', () => {}).on('close', () => open.delete(line));
    line.on('data', (bytes) => {
      waiting += bytes;
      for (let end; (end = waiting.indexOf('\r\n')) >= 0;) {
        const words = waiting.slice(0, end);
        waiting = waiting.slice(end + 2);
        if (inside && words === '.') {
          sink.mails.push(mail);
          [mail, inside] = ['', false];
          say('250 2.0.0 taken');
        } else if (inside) mail += `${words.replace(/^\.\./, '.')}\n`;
        else if (words === 'DATA') {
          inside = true;
          say('354 go on');
        } else if (words === 'QUIT') line.end('221 bye\r\n');
        else {
          mail = /^MAIL/.test(words) ? '' : mail;
          say('250 sink.test');
        }
      }
    });
    say('220 sink.test');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  sink.port = server.address().port;
  // The desk keeps its lines for the next mail: nobody waits for them.
  sink.close = () => new Promise((done) => { server.close(done); for (const line of open) line.destroy(); });
  /** The plain words of the `n`th mail, once it is there. */
  sink.words = async (n) => {
    await until(`mail ${n} has come`, () => sink.mails.length >= n, 20_000);
    return plain(sink.mails[n - 1]);
  };
  return sink;
}

/** The first text part of a mail, decoded. */
function plain(mail) {
  const part = mail.split(/^--\S*$/m).find((each) => /^content-type: text\/plain/im.test(each));
  const [head, ...rest] = part.trimStart().split('\n\n');
  const body = rest.join('\n\n');
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/quoted-printable/i.test(head)) return body;
  const bytes = body.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
