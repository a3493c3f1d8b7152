// What a SQL text may not have if its answer is to be kept: words by which it would depend on the moment, on chance, or on the
// session. Functions of one's own are looked up in the catalogue (`captures.ts`); these are PostgreSQL's.

const words = [
  'now\\b|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|age\\s*\\(',
  'current_(date|time|timestamp|user|role|catalog|schema|schemas|setting|query|database)|localtime|localtimestamp|session_user|system_user',
  'random|random_normal|gen_random_uuid|uuidv4|uuidv7|setseed',
  'nextval|currval|lastval|setval|set_config|version|inet_\\w+|pg_\\w+|txid_\\w+|row_security_active|dblink\\w*|query_to_xml\\w*|table_to_xml\\w*',
];

const pattern = new RegExp(`\\b(?:${words.join('|')})`, 'i');

/** The first such word of a query; null where it has none. */
export function sessionWordInQuery(text: string): string | null {
  return pattern.exec(withoutLiterals(text))?.[0] ?? null;
}

/** The same for an expression over one table's columns, which may not read others either. */
export function sessionWordIn(expression: string): string | null {
  return /\bselect\b/i.exec(withoutLiterals(expression))?.[0] ?? sessionWordInQuery(expression);
}

/** Quoted names stay: `"current_user"` is rare enough to be refused for nothing. So do literals of the rarer kinds. */
function withoutLiterals(text: string): string {
  if (/\\|\$\w*\$/.test(text)) return text;
  return text.replaceAll(/'(?:[^']|'')*'/g, "''");
}
