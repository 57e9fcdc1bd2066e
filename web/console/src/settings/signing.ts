// Short programs that sign a customer for the chat, for the exchange's own server. The claims are those of the API's contract.
import type { InboxIdentity } from '$shared/api/types';

export type ExampleKind = 'node' | 'python' | 'go';
export const EXAMPLES = [{ kind: 'node', label: 'Node.js' }, { kind: 'python', label: 'Python' }, { kind: 'go', label: 'Go' }] as const;

type Algorithm = InboxIdentity['algorithm'];

const node = (inbox: string, algorithm: Algorithm) => `import { SignJWT${algorithm === 'EdDSA' ? ', importPKCS8' : ''} } from 'jose';
import { randomUUID } from 'node:crypto';

const key = ${algorithm === 'HS256' ? 'new TextEncoder().encode(process.env.CANDOR_SECRET)' : "await importPKCS8(process.env.CANDOR_PRIVATE_KEY, 'EdDSA')"};

export const chatToken = (user) =>
  new SignJWT({ name: user.name, email: user.email })
    .setProtectedHeader({ alg: '${algorithm}' })
    .setSubject(user.id)
    .setAudience('${inbox}')
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key);`;

const python = (inbox: string, algorithm: Algorithm) => `import os, time, uuid
import jwt  # PyJWT${algorithm === 'EdDSA' ? ' with cryptography' : ''}

def chat_token(user):
    now = int(time.time())
    claims = {
        "sub": user.id,
        "aud": "${inbox}",
        "iat": now,
        "exp": now + 300,
        "jti": str(uuid.uuid4()),
        "name": user.name,
        "email": user.email,
    }
    return jwt.encode(claims, os.environ["${algorithm === 'HS256' ? 'CANDOR_SECRET' : 'CANDOR_PRIVATE_KEY'}"], algorithm="${algorithm}")`;

const go = (inbox: string, algorithm: Algorithm) => `import (
\t"time"

\t"github.com/golang-jwt/jwt/v5"
\t"github.com/google/uuid"
)

func ChatToken(id, name, email string, key ${algorithm === 'HS256' ? '[]byte' : 'ed25519.PrivateKey'}) (string, error) {
\tnow := time.Now()
\treturn jwt.NewWithClaims(jwt.SigningMethod${algorithm}, jwt.MapClaims{
\t\t"sub":   id,
\t\t"aud":   "${inbox}",
\t\t"iat":   now.Unix(),
\t\t"exp":   now.Add(5 * time.Minute).Unix(),
\t\t"jti":   uuid.NewString(),
\t\t"name":  name,
\t\t"email": email,
\t}).SignedString(key)
}`;

export const exampleOf = (kind: ExampleKind, inbox: string, algorithm: Algorithm): string => ({ node, python, go })[kind](inbox, algorithm);
