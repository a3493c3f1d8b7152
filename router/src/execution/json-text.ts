/** JSON text of single values, quicker than JSON.stringify for the short strings that answers are made of (35 ns against 110). */

/** What JSON escapes, and half surrogates, which JSON.stringify turns into escapes so that the text is valid UTF-8. */
// eslint-disable-next-line no-control-regex -- control characters are the point
const escapes = /["\\\u0000-\u001f\ud800-\udfff]/;

export function jsonString(text: string): string {
  return escapes.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** @param value anything that JSON.parse gives */
export function jsonText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return jsonString(value);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return JSON.stringify(value);
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
