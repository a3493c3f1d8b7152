import { createHash } from 'node:crypto';
import { abandon } from './abandon.js';
import { claim } from './claim.js';
import { doubt } from './doubt.js';
import { fill } from './fill.js';
import { intend } from './intend.js';
import { read } from './read.js';
import { settle } from './settle.js';
import { validate } from './validate.js';
import { vouch } from './vouch.js';

/** What Redis is asked to do, by name. Each is one script, and none reaches beyond the slots of its KEYS. */
export interface Script {
  readonly name: keyof typeof sources;
  readonly source: string;
  readonly sha: string;
}

const sources = { abandon, claim, doubt, fill, intend, read, settle, validate, vouch };

export const scripts = {
  abandon: script('abandon'),
  claim: script('claim'),
  doubt: script('doubt'),
  fill: script('fill'),
  intend: script('intend'),
  read: script('read'),
  settle: script('settle'),
  validate: script('validate'),
  vouch: script('vouch'),
};

function script(name: keyof typeof sources): Script {
  const source = sources[name];
  return { name, source, sha: createHash('sha1').update(source).digest('hex') };
}
