/**
 * An answer on its way to the socket: JSON written as bytes, in the order in which it is sent. As text that grows by `+=`
 * it would be thousands of small strings that live until they are flattened, for each of all requests that are answered
 * in one turn of the event loop: with 50 of them, garbage collection took 38% of the router's CPU time, and takes 11%.
 */
import { jsonString } from './json-text.js';

export class JsonBytes {
  length = 0;
  private bytes: Buffer;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** @param code of punctuation */
  byte(code: number): void {
    this.reserve(1);
    this.bytes[this.length] = code;
    this.length += 1;
  }

  /** @param text JSON, in characters of one byte each */
  ascii(text: string): void {
    const size = text.length;
    this.reserve(size);
    const { bytes } = this;
    const at = this.length;
    for (let index = 0; index < size; index += 1) bytes[at + index] = text.charCodeAt(index);
    this.length = at + size;
  }

  /** JSON, of any characters. */
  text(text: string): void {
    this.reserve(text.length * bytesOfACharacter);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  /** Any text, as a JSON string. */
  string(text: string): void {
    const size = text.length;
    this.reserve(size + 2);
    const { bytes } = this;
    const start = this.length + 1;
    if (size > longest) {
      if (notPlain.test(text)) {
        this.text(jsonString(text));
        return;
      }
      bytes.write(text, start, 'latin1');
    } else if (!this.characters(text, start)) {
      this.text(jsonString(text));
      return;
    }
    bytes[start - 1] = quote;
    bytes[start + size] = quote;
    this.length = start + size + 1;
  }
  /** The same again. */
  repeat(start: number, end: number): void {
    this.reserve(end - start);
    this.bytes.copyWithin(this.length, start, end);
    this.length += end - start;
  }

  /** Takes back what has been written since. */
  backTo(length: number): void {
    this.length = length;
  }

  /** Whether a value that has been written is null. */
  isNull(start: number): boolean {
    return this.bytes[start] === n;
  }

  /** @returns what has been written, to keep */
  copy(): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.length);
    this.bytes.copy(copy, 0, 0, this.length);
    return copy;
  }

  /** Begins anew. What was needed once for a large answer is not kept for small ones. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > mostKept) this.bytes = Buffer.allocUnsafeSlow(mostKept);
  }

  /** @returns whether all of them are such as JSON has as they are, in one byte each */
  private characters(text: string, start: number): boolean {
    const { bytes } = this;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code < space || code === quote || code === backslash || code > lastOfOneByte) return false;
      bytes[start + index] = code;
    }
    return true;
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** In UTF-8, of one unit of UTF-16. */
const bytesOfACharacter = 3;
/** Characters beyond which a call to Node's own writer is quicker than a loop (40 ns a string of 10, 150 by a call). */
const longest = 40;
/** What the loop stops at. */
const notPlain = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const mostKept = 1 << 20;
const n = 0x6e;
const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;
const lastOfOneByte = 0x7e;
