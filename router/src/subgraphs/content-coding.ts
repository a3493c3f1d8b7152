/**
 * Content codings (RFC 9110, 8.4.1) of bodies to and from subgraphs. zlib runs on its own threads, and stops where an
 * answer would grow beyond the bound: what a few bytes may unpack to is the subgraph's choice, what we keep is ours.
 */
import {
  brotliCompress,
  brotliDecompress,
  constants,
  deflate,
  gzip,
  gunzip,
  inflate,
  inflateRaw,
  type InputType,
} from 'node:zlib';
import { SubrequestFailure } from './subgraph-error.js';

/** Apollo Router's `compression` of subgraphs; `identity` sends plain bodies, and takes compressed answers all the same. */
export type Compression = 'gzip' | 'br' | 'deflate' | 'identity';

/** What we say that we take, once compression is asked for. What comes compressed without being asked is decoded as well. */
export const acceptedCodings = 'gzip, br, deflate';

/** Below this many bytes, compressing costs more than it saves: what is left is one packet either way. */
export const worthCompressing = 1_400;

/** For what is made for one request and read once: as little work as the coding allows. */
export function encodeBody(coding: 'gzip' | 'br' | 'deflate', bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, encoded: Buffer) => {
      if (error === null) resolve(encoded);
      else reject(error);
    };
    if (coding === 'gzip') gzip(bytes, { level: 1 }, done);
    else if (coding === 'deflate') deflate(bytes, { level: 1 }, done);
    else brotliCompress(bytes, { params: brotliParams(bytes.length) }, done);
  });
}

function brotliParams(size: number): Record<number, number> {
  return {
    [constants.BROTLI_PARAM_QUALITY]: 1,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: size,
  };
}

/** @throws SubrequestFailure for a coding that nobody asked for, bytes that are not of it, or more than the bound */
export async function decodeBody(coding: string, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  if (bytes.length === 0) return bytes;
  const decode = decoderOf(coding, bytes);
  if (decode === null) {
    throw new SubrequestFailure(
      'SUBREQUEST_MALFORMED_RESPONSE',
      'answered in a content coding that was not asked for',
    );
  }
  return new Promise((resolve, reject) => {
    decode(bytes, { maxOutputLength: maxBytes }, (error, decoded) => {
      if (error === null) resolve(decoded);
      else reject(failureOf(error, maxBytes));
    });
  });
}

type Decode = (
  bytes: InputType,
  options: { maxOutputLength: number },
  done: (error: NodeJS.ErrnoException | null, decoded: Buffer) => void,
) => void;

function decoderOf(coding: string, bytes: Buffer): Decode | null {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return gunzip;
    case 'br':
      return brotliDecompress;
    case 'deflate':
      // Meant is the zlib format; some servers send the bare one, as browsers have long put up with.
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw;
    default:
      return null;
  }
}

function failureOf(error: NodeJS.ErrnoException, maxBytes: number): SubrequestFailure {
  const message =
    error.code === 'ERR_BUFFER_TOO_LARGE'
      ? `answered with more than ${maxBytes} bytes (\`limits.subgraph_max_response_bytes\`)`
      : 'answered with a body that is not of its content coding';
  return new SubrequestFailure('SUBREQUEST_MALFORMED_RESPONSE', message, { cause: error });
}
