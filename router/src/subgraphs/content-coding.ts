/**
 * Content codings (RFC 9110, 8.4.1) of bodies to and from subgraphs. zlib runs on its own threads, and stops where an
 * answer would grow beyond the bound: what a few bytes may unpack to is the subgraph's choice, what we keep is ours.
 */
import { brotliDecompress, gunzip, inflate, inflateRaw, type InputType } from 'node:zlib';
import { SubrequestFailure } from './subgraph-error.js';

export type Compression = 'gzip' | 'br' | 'deflate' | 'identity';

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
