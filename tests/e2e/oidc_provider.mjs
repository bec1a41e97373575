// A real OpenID provider for tests, in a process of its own: npm's oidc-provider with its own login and consent pages,
// where every name gets in with any password. What is in the name says what it claims: "ops-…" is in the group ops,
// "dev-…" in dev; "…-unverified" has an email that nobody verified.
//   node oidc_provider.mjs PORT REDIRECT_URL ALGORITHM [CLAIM=VALUE…]   prints "ready"; SIGTERM ends it
// A claim that is given stands in every ID token instead of the right one. Each start makes a new key.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const kinds = { RS256: ['rsa', { modulusLength: 2048 }], PS256: ['rsa', { modulusLength: 2048 }], ES256: ['ec', { namedCurve: 'P-256' }], EdDSA: ['ed25519', {}] };

function accountOf(id) {
  const group = id.split('-')[0];
  return { sub: id, email: `${id}@corp.example`, email_verified: !id.endsWith('-unverified'), preferred_username: id, groups: ['everybody', group] };
}

async function serve(port, redirectUrl, algorithm, wrong) {
  const { default: Provider } = await import('oidc-provider');
  const { privateKey } = generateKeyPairSync(...kinds[algorithm]);
  const provider = new Provider(`http://localhost:${port}`, {
    clients: [{ client_id: 'logsvc', client_secret: 'a secret: of + the client', redirect_uris: redirectUrl.split(','), id_token_signed_response_alg: algorithm }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username', 'groups'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => accountOf(id) }),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: algorithm }] },
    cookies: { keys: ['of the test'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
  });
  if (Object.keys(wrong).length) {
    const { issue } = provider.IdToken.prototype;
    provider.IdToken.prototype.issue = function (...args) {
      const payload = this.payload;
      this.payload = async (...more) => ({ ...(await payload.apply(this, more)), ...wrong });
      return issue.apply(this, args);
    };
  }
  provider.on('server_error', (_, error) => console.error(error));
  provider.listen(port, 'localhost', () => console.log('ready'));
}

export class IdProvider {
  constructor(port, redirectUrl, algorithm = 'RS256', wrong = []) {
    Object.assign(this, { port, args: [String(port), redirectUrl, algorithm, ...wrong] });
  }
  get issuer() {
    return `http://localhost:${this.port}`;
  }
  async start() {
    this.child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...this.args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => this.child.on('exit', resolve));
    const ready = new Promise((resolve) => this.child.stdout.on('data', (text) => String(text).includes('ready') && resolve(true)));
    if (!(await Promise.race([ready, this.ended.then(() => false)]))) throw new Error('the provider ended');
    return this;
  }
  async stop() {
    this.child.kill();
    await this.ended;
  }
  /** The same provider with another key. */
  async restart() {
    await this.stop();
    await this.start();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, redirectUrl, algorithm, ...wrong] = process.argv.slice(2);
  await serve(Number(port), redirectUrl, algorithm, Object.fromEntries(wrong.map((pair) => pair.split('='))));
}
