/**
 * Content codings of what is sent to a subgraph (RFC 9110, 8.4.1): a router may compress what it sends.
 * zlib runs on threads of its own, and stops where a body would grow beyond the bound: a few bytes may unpack to gigabytes.
 */
import * as zlib from 'node:zlib';
import { ClientError } from '@selvedge/errors';

type Decode = (
  bytes: Buffer,
  options: { readonly maxOutputLength: number },
  done: (error: NodeJS.ErrnoException | null, decoded: Buffer) => void,
) => void;

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', zlib.gunzip],
  ['x-gzip', zlib.gunzip],
  ['br', zlib.brotliDecompress],
  ['deflate', inflate],
  ...zstdIfKnown(),
]);

/** What a refused client may use, for its `Accept-Encoding` (RFC 9110, 15.5.16). */
export const acceptedCodings = [...decoders.keys()].filter((coding) => coding !== 'x-gzip').join(', ');

/**
 * The coding that a `Content-Encoding` names; `null` for a plain body.
 *
 * @throws UNSUPPORTED_CONTENT_CODING for any other, and for several on top of each other
 */
export function codingOf(header: string | undefined): string | null {
  const coding = header?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return null;
  if (decoders.has(coding)) return coding;
  throw new ClientError(
    'UNSUPPORTED_CONTENT_CODING',
    `expected a content-encoding of ${acceptedCodings} or none but got ${coding.slice(0, 60)}`,
  );
}

/** @throws REQUEST_BODY_TOO_LARGE for what unpacks to more than the bound; BAD_REQUEST for bytes that are not of the coding */
export function decoded(coding: string, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const decode = decoders.get(coding);
  if (decode === undefined) throw new Error(`expected a known coding but got ${coding}`);
  return new Promise((resolve, reject) => {
    decode(bytes, { maxOutputLength: maxBytes }, (error, plain) => {
      if (error === null) resolve(plain);
      else reject(refusalOf(error, coding, maxBytes));
    });
  });
}

/** Meant is the zlib format; some clients send the bare one, as servers have long put up with. */
function inflate(...[bytes, options, done]: Parameters<Decode>): void {
  const isBare = ((bytes[0] ?? 0) & 0x0f) !== 8;
  (isBare ? zlib.inflateRaw : zlib.inflate)(bytes, options, done);
}

/** Node has it since 22.15; the types that we compile with are those of Node 20. */
function zstdIfKnown(): [string, Decode][] {
  const { zstdDecompress } = zlib as { readonly zstdDecompress?: Decode };
  return zstdDecompress === undefined ? [] : [['zstd', zstdDecompress]];
}

function refusalOf(error: NodeJS.ErrnoException, coding: string, maxBytes: number): ClientError {
  return error.code === 'ERR_BUFFER_TOO_LARGE'
    ? new ClientError(
        'REQUEST_BODY_TOO_LARGE',
        `expected a body of at most ${maxBytes} bytes but got one that unpacks to more`,
      )
    : new ClientError('BAD_REQUEST', `expected a body in ${coding} but got something else`, { cause: error });
}
