import { pino, type Logger } from 'pino';

/**
 * The log of a process: JSON lines on its stdout. Written synchronously, because pino's asynchronous default flushes on exit,
 * and tries for ever where nobody reads the pipe any more: a service whose parent was killed would never end.
 */
export function processLog(name: string, level: string): Logger {
  return pino({ name, level }, pino.destination({ dest: 1, sync: true }));
}
