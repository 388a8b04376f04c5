// Which environment names look secret. The one rule that journal, logs and traces share.

const SECRET_WORDS = new Set([
  'apikey',
  'auth',
  'authorization',
  'bearer',
  'cookie',
  'credential',
  'credentials',
  'jwt',
  'key',
  'keys',
  'passphrase',
  'passwd',
  'password',
  'passwords',
  'pat',
  'pem',
  'pw',
  'pwd',
  'secret',
  'secrets',
  'signature',
  'token',
  'tokens',
]);

/** Names made of a secret word that are not secret: the working directory, places of key files, agents. */
const PLAIN_NAMES = new Set(['PWD', 'OLDPWD', 'INIT_CWD', 'SSH_AUTH_SOCK', 'GPG_TTY']);

/** Endings written together, as in `GITHUB_ACCESSTOKEN` or `DBPASSWORD`. */
const SECRET_ENDING =
  /(?:apikey|accesskey|secretkey|privatekey|password|passwd|passphrase|secret|token|credentials?)$/i;

/**
 * Whether the value behind a name should be treated as a secret: kept as a keyed hash, never in clear text.
 * Errs on the side of secrecy: `SORT_KEY` is one.
 */
export function isSecretName(name: string): boolean {
  if (PLAIN_NAMES.has(name.toUpperCase())) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_ENDING.test(name);
}
