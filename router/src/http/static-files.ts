/**
 * The explorer's files. A path is either in the list of them or it is not, so no request can reach a file that was not
 * meant to be served. The list is made anew when the folder has changed: `npm start` builds it beside a running router.
 */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream';

export interface StaticFiles {
  /** @returns false, with nothing done, where there is no such file */
  serve(path: string, request: IncomingMessage, response: ServerResponse): boolean;
}

/** Where the page itself is, and where it looks for everything else. */
const pagePath = '/';
const filesPath = '/explorer/';

/** @param folder need not exist (yet): there is nothing to serve then */
export function staticFiles(folder: string): StaticFiles {
  let files: ReadonlyMap<string, StaticFile> = new Map();
  let listedAt = -1;
  return {
    serve(path, request, response) {
      if (path !== pagePath && !path.startsWith(filesPath)) return false;
      const changedAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? -1;
      if (changedAt !== listedAt) files = listFiles(folder);
      listedAt = changedAt;
      const file = files.get(path === pagePath ? 'index.html' : path.slice(filesPath.length));
      if (file === undefined) return false;
      sendFile(file, request, response);
      return true;
    },
  };
}

interface StaticFile {
  readonly contentType: string;
  readonly cacheControl: string;
  /** By content coding: the file itself as `identity`, and what was compressed when it was built. */
  readonly variants: Readonly<Partial<Record<Coding, Variant>>>;
}

interface Variant {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
}

type Coding = 'br' | 'gzip' | 'identity';

const suffixOf: Readonly<Record<Coding, string>> = { br: '.br', gzip: '.gz', identity: '' };

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

function listFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const variants = new Map<string, Variant>();
  for (const path of pathsIn(folder)) {
    const { size, mtimeMs } = statSync(path);
    const name = relative(folder, path).split(sep).join('/');
    variants.set(name, { path, size, etag: `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"` });
  }
  const files = new Map<string, StaticFile>();
  for (const [name, identity] of variants) {
    const br = variants.get(name + suffixOf.br);
    const gzip = variants.get(name + suffixOf.gzip);
    files.set(name, {
      contentType: contentTypes[extname(name)] ?? 'application/octet-stream',
      // A name with a hash of the content in it (`main-4F2K9QXA.js`) never means anything else.
      cacheControl: /[.-][\w-]{8,}\.\w+$/.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      variants: { identity, ...(br && { br }), ...(gzip && { gzip }) },
    });
  }
  return files;
}

function pathsIn(folder: string): string[] {
  try {
    return (
      readdirSync(folder, { recursive: true, withFileTypes: true })
        // The build keeps notes of its own in dotfiles.
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => join(entry.parentPath, entry.name))
    );
  } catch {
    return [];
  }
}

function sendFile(file: StaticFile, request: IncomingMessage, response: ServerResponse): void {
  const coding = preferredCoding(file, request.headers['accept-encoding'] ?? '');
  const variant = file.variants[coding];
  if (variant === undefined) return;
  const headers = {
    'cache-control': file.cacheControl,
    etag: variant.etag,
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  };
  if (request.headers['if-none-match'] === variant.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': file.contentType,
    'content-length': variant.size,
    ...(coding !== 'identity' && { 'content-encoding': coding }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A client that leaves, or a file that has gone since, ends the stream and concerns nobody else.
  pipeline(createReadStream(variant.path), response, () => undefined);
}

function preferredCoding(file: StaticFile, accepted: string): Coding {
  const takes = (coding: Coding) =>
    accepted.split(',').some((part) => {
      const [name = '', ...parameters] = part.trim().toLowerCase().split(';');
      return (
        name.trim() === coding && !parameters.some((parameter) => /^\s*q=0(?:\.0*)?\s*$/.test(parameter))
      );
    });
  if (file.variants.br && takes('br')) return 'br';
  return file.variants.gzip && takes('gzip') ? 'gzip' : 'identity';
}
