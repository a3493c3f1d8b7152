/**
 * One HTTP/2 connection and its streams. It takes streams from when the subgraph has said how many it allows until it
 * says GOAWAY or the connection ends; streams that run at a GOAWAY run to their end. A connection without streams does not
 * keep the process alive; one that is silent is asked whether it still lives, and closed when it is not.
 */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type Settings,
} from 'node:http2';
import type { Socket } from 'node:net';
import { Http2Head } from './http2-head.js';

export interface ConnectionListener {
  /** It takes streams from now on. */
  onOpen(): void;
  /** A stream has ended, or fewer are allowed. */
  onRoom(): void;
  onClose(wasOpen: boolean, cause: unknown): void;
}

export interface StreamListener {
  onHead(head: Http2Head): void;
  onChunk(chunk: Buffer): void;
  onEnd(): void;
  /** The subgraph has not looked at it. */
  onRefused(cause: unknown): void;
  /** @param isStale the connection had answered before, and nothing of this answer has come */
  onLost(cause: unknown, isStale: boolean): void;
}

/** At most this many streams at a time, whatever the subgraph allows. */
const maxStreams = 1_000;
/** Milliseconds without a byte after which an idle connection is closed and a busy one is pinged. */
const silence = 20_000;
/** Bytes that may be on their way at a time: of one answer, and of all. The default, 64 KB, makes large answers wait. */
const streamWindow = 1_048_576;
const connectionWindow = 16_777_216;

export class Http2Connection {
  /** Open at this moment. */
  streams = 0;
  private readonly session: ClientHttp2Session;
  private limit = 0;
  private answers = 0;
  private isLeaving = false;
  private hasBeenOpen = false;
  private isPinged = false;
  private lastStreamId = Infinity;
  private cause: unknown = new Error('the connection was closed');

  constructor(
    origin: URL,
    socket: Socket,
    private readonly listener: ConnectionListener,
  ) {
    this.session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindow },
      maxSessionMemory: 64,
    });
    this.session.on('connect', () => {
      this.session.setLocalWindowSize(connectionWindow);
    });
    this.session.on('remoteSettings', (settings: Settings) => {
      this.limit = Math.min(settings.maxConcurrentStreams ?? maxStreams, maxStreams);
      if (this.hasBeenOpen) this.listener.onRoom();
      else this.open();
    });
    this.session.on('goaway', (_code: number, lastStreamId: number) => {
      this.isLeaving = true;
      this.lastStreamId = lastStreamId;
    });
    this.session.on('error', (error: Error) => {
      this.cause = error;
    });
    this.session.on('close', () => {
      this.isLeaving = true;
      listener.onClose(this.hasBeenOpen, this.cause);
    });
    this.session.setTimeout(silence, () => {
      this.onSilence();
    });
  }

  get isOpen(): boolean {
    return this.hasBeenOpen && !this.isLeaving && !this.session.closed && !this.session.destroyed;
  }

  get hasRoom(): boolean {
    return this.isOpen && this.streams < this.limit;
  }

  /** @returns what ends the stream; the listener hears no more of it then */
  request(
    headers: Readonly<Record<string, string | number>>,
    body: string | Buffer,
    listener: StreamListener,
  ): () => void {
    let stream: ClientHttp2Stream;
    try {
      stream = this.session.request(headers);
    } catch (error) {
      listener.onLost(error, false);
      return () => undefined;
    }
    if (this.streams === 0) this.session.ref();
    this.streams += 1;
    this.listen(stream, listener);
    stream.end(body);
    return () => {
      stream.close(constants.NGHTTP2_CANCEL);
    };
  }

  close(): void {
    this.isLeaving = true;
    this.session.close();
  }

  private open(): void {
    this.hasBeenOpen = true;
    if (this.streams === 0) this.session.unref();
    this.listener.onOpen();
  }

  private listen(stream: ClientHttp2Stream, listener: StreamListener): void {
    let hasHead = false;
    let hasEnded = false;
    let cause: unknown;
    const wasUsed = this.answers > 0;
    stream.on('response', (headers, _flags, raw?: readonly string[]) => {
      hasHead = true;
      this.answers += 1;
      const count = raw === undefined ? Object.keys(headers).length : raw.length / 2;
      listener.onHead(new Http2Head(headers, count));
    });
    stream.on('data', (chunk: Buffer) => {
      listener.onChunk(chunk);
    });
    stream.on('end', () => {
      // A stream that was cut off ends as well.
      if (!hasHead || stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
      hasEnded = true;
      listener.onEnd();
    });
    stream.on('error', (error) => {
      cause = error;
    });
    stream.on('close', () => {
      this.streams -= 1;
      if (this.streams === 0 && !this.session.destroyed) this.session.unref();
      if (!hasEnded) {
        const reason = cause ?? this.cause;
        if (!hasHead && this.wasRefused(stream)) listener.onRefused(reason);
        else listener.onLost(reason, wasUsed && !hasHead);
      }
      this.listener.onRoom();
    });
  }

  private wasRefused(stream: ClientHttp2Stream): boolean {
    return (
      stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ||
      stream.id === undefined ||
      stream.id > this.lastStreamId
    );
  }

  private onSilence(): void {
    if (this.streams === 0) {
      this.close();
    } else if (this.isPinged) {
      this.session.destroy(new Error('the connection was silent'));
    } else {
      this.isPinged = true;
      this.session.ping(() => {
        this.isPinged = false;
      });
    }
  }
}
