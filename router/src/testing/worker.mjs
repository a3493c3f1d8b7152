/**
 * Speaks a worker's side of the protocol and nothing else: what it is to do is in the texts that it is given, so that a test can
 * have a worker that dies, refuses or says nothing at the very moment that matters.
 */
import process from 'node:process';

let sdl = '';

/** @param {{ type: string, id?: number, sdl?: string, configText?: string }} message */
function hear(message) {
  const { type, id } = message;
  if (type === 'serve') {
    sdl = message.sdl ?? '';
    if (message.configText === 'refuse') send({ type: 'failed', message: 'no' });
    else if (message.configText === 'die') process.exit(3);
    else send({ type: 'ready' });
  } else if (type === 'replace supergraph') {
    if (message.sdl === 'refuse') send({ type: 'refused', id, reason: 'no' });
    else if (message.sdl === 'die') process.exit(3);
    else if (message.sdl !== 'silence') {
      sdl = message.sdl ?? '';
      send({ type: 'done', id });
    }
  } else if (type === 'collect metrics') {
    send({ type: 'done', id, value: sdl });
  } else if (type === 'retire' || type === 'stop') {
    process.exit(0);
  }
}

/** @param {object} message */
function send(message) {
  process.send?.(message);
}

process.on('message', hear);
process.on('disconnect', () => process.exit());
