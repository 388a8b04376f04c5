// Certificates that are signed by themselves (X.509, RFC 5280), with a key of the curve P-256: for servers under development.
// node:crypto reads certificates and does not write them; what these need of DER is a few kinds of elements.
import { createECDH, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { SelfSignedRequest, ServerCertificate } from './ports.ts';

const NAME = 'harn development';
const COORDINATE_BYTES = 32;

// The kinds of elements.
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8 = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Identifiers in DER: what they name is their arc. */
const OID = {
  /** 1.2.840.10045.4.3.2 */
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  /** 2.5.4.3 */
  commonName: [0x55, 0x04, 0x03],
  /** 2.5.29.17 */
  alternativeNames: [0x55, 0x1d, 0x11],
  /** 2.5.29.19 */
  basicConstraints: [0x55, 0x1d, 0x13],
  /** 2.5.29.37 */
  extendedKeyUsage: [0x55, 0x1d, 0x25],
  /** 1.3.6.1.5.5.7.3.1 */
  serverAuthentication: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01],
} as const;

/** The certificate and its key (PKCS #8). */
export function selfSignedCertificate(request: SelfSignedRequest): ServerCertificate {
  const key = privateKeyOf(request.key);
  const content = contentOf(request, createPublicKey(key).export({ type: 'spki', format: 'der' }));
  const signature = sign('sha256', content, key);
  const certificate = der(SEQUENCE, content, algorithm(), der(BIT_STRING, [0], signature));
  return { cert: pem(certificate), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function privateKeyOf(chance: Uint8Array): KeyObject {
  const secret = Buffer.from(chance);
  // Private keys are below the order of the curve, which begins with 32 ones.
  secret[0] = (secret[0] ?? 0) & 0x7f;
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(secret);
  const point = curve.getPublicKey().subarray(1);
  const base64 = (bytes: Buffer) => bytes.toString('base64url');
  const [x, y] = [point.subarray(0, COORDINATE_BYTES), point.subarray(COORDINATE_BYTES)];
  return createPrivateKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: base64(x), y: base64(y), d: base64(secret) },
  });
}

/** What is signed: the certificate without its signature. */
function contentOf(request: SelfSignedRequest, publicKey: Buffer): Buffer {
  const serial = Buffer.from(request.serial);
  // Positive, and without zeros in front.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, der(OBJECT_ID, OID.commonName), der(UTF8, Buffer.from(NAME)))),
  );
  return der(
    SEQUENCE,
    der(VERSION, der(INTEGER, [2])),
    der(INTEGER, serial),
    algorithm(),
    name,
    der(SEQUENCE, time(request.fromMs), time(request.untilMs)),
    name,
    publicKey,
    der(EXTENSIONS, der(SEQUENCE, ...extensions(request))),
  );
}

function extensions({ names, addresses }: SelfSignedRequest): Buffer[] {
  const hosts = der(
    SEQUENCE,
    ...names.map((name) => der(DNS_NAME, Buffer.from(name, 'ascii'))),
    ...addresses.map((address) => der(IP_ADDRESS, address)),
  );
  const extension = (id: readonly number[], value: Buffer, ...critical: Buffer[]) =>
    der(SEQUENCE, der(OBJECT_ID, id), ...critical, der(OCTET_STRING, value));
  return [
    // It vouches for nobody else.
    extension(OID.basicConstraints, der(SEQUENCE), der(BOOLEAN, [0xff])),
    extension(OID.extendedKeyUsage, der(SEQUENCE, der(OBJECT_ID, OID.serverAuthentication))),
    extension(OID.alternativeNames, hosts),
  ];
}

function algorithm(): Buffer {
  return der(SEQUENCE, der(OBJECT_ID, OID.ecdsaWithSha256));
}

/** Until 2049 the year has two digits. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  const year = Number(digits.slice(0, 4));
  const isShort = year >= 1950 && year < 2050;
  return isShort
    ? der(UTC_TIME, Buffer.from(`${digits.slice(2)}Z`))
    : der(GENERALIZED_TIME, Buffer.from(`${digits}Z`));
}

/** An element: its kind, the length of what it holds, and that. */
function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  return Buffer.concat([Uint8Array.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
