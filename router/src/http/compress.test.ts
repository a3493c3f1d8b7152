/** Which coding a client gets, and that it can be read again. */
import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chooseCoding, compress, variesByCoding } from './compress.js';

const short = 2_000;
const long = 100_000;

describe('the coding', () => {
  test.each<[acceptEncoding: string, size: number, coding: string | null]>([
    ['gzip', short, 'gzip'],
    ['x-gzip', short, 'gzip'],
    ['GZip', short, 'gzip'],
    ['br', short, 'br'],
    ['deflate', short, 'deflate'],
    ['gzip, deflate, br, zstd', short, 'gzip'],
    ['gzip, deflate, br, zstd', long, 'br'],
    ['gzip;q=0.5, br;q=0.4', long, 'gzip'],
    ['gzip;q=0.5, br; q=1.0', short, 'br'],
    ['gzip;q=0', short, null],
    ['gzip;q=0.000, br;q=0', short, null],
    ['*', short, 'gzip'],
    ['*;q=0', short, null],
    ['gzip;q=0, *', long, 'br'],
    ['br;q=0, *;q=0.1', long, 'gzip'],
    ['identity', short, null],
    ['identity;q=1, gzip;q=0.5', short, null],
    ['identity;q=0.5, gzip;q=1', short, 'gzip'],
    ['identity, gzip', short, 'gzip'],
    ['zstd, compress', short, null],
    ['', short, null],
    [' , ;', short, null],
    ['gzip;q=2', short, null],
    ['gzip;q=high', short, null],
  ])('of `%s` for %i bytes is %s', (acceptEncoding, size, coding) => {
    expect(chooseCoding(acceptEncoding, size)).toBe(coding);
  });
});

const decoders = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync };

test.each(
  (['gzip', 'br', 'deflate'] as const).flatMap((coding) => [
    [coding, short] as const,
    [coding, long] as const,
  ]),
)('%s of %i bytes can be read again', async (coding, size) => {
  const bytes = Buffer.from(JSON.stringify({ data: 'ä→'.repeat(size / 4) }));
  const compressed = await compress(coding, bytes);
  expect(compressed?.encoding).toBe(coding);
  expect(compressed?.bytes.length).toBeLessThan(bytes.length / 2);
  expect(decoders[coding](compressed?.bytes ?? '').equals(bytes)).toBe(true);
});

test.each<[title: string, acceptEncoding: string | undefined, size: number]>([
  ['for a client that asks for nothing', undefined, long],
  ['for a client that takes none of ours', 'zstd', long],
  ['of a short answer', 'gzip', 1_400],
])('nothing is compressed %s', (_, acceptEncoding, size) => {
  expect(chooseCoding(acceptEncoding, size)).toBeNull();
});

test('what does not shrink is sent as it is', async () => {
  expect(await compress('gzip', randomBytes(2_000))).toBeNull();
});

test('an answer varies by coding wherever it may be compressed', () => {
  expect([variesByCoding(1_400), variesByCoding(1_401)]).toEqual([false, true]);
});
