/**
 * Reads the operations that the explorer offers. They are plain files, so that the page, the tests and a reader of the
 * repository all run the same text.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @typedef {object} ExampleOperation
 * @property {string} title the file's name in words: `my-orders.graphql` is "My orders"
 * @property {string} description the file's first line, a comment that says what the operation shows
 * @property {string} operationName the name of the query in it
 * @property {string} text the whole file, comments included
 */

/**
 * The `*.graphql` files of a folder, in the order of their names.
 * @param {string} folder
 * @returns {Promise<ExampleOperation[]>}
 * @throws {Error} when a file does not open with a comment or has no query with a name
 */
export async function readOperations(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(
    names.map(async (name) => exampleOperation(name, await readFile(path.join(folder, name), 'utf8'))),
  );
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {ExampleOperation}
 */
function exampleOperation(name, text) {
  const description = /^#\s*(\S.*)/.exec(text)?.[1];
  if (description === undefined) {
    throw new Error(
      `expected ${name} to open with a comment that says what it shows, but got "${text.slice(0, 40)}"`,
    );
  }
  const operationName = /^query (\w+)/m.exec(text)?.[1];
  if (operationName === undefined) throw new Error(`expected ${name} to have a named query, but got none`);
  const words = path.basename(name, '.graphql').replaceAll('-', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return { title, description: description.trim(), operationName, text };
}
