// How a person, a supervisor or the death of npm asks for the end. The first request is polite, a later one is not.
import { hasEnded } from './process-identity.js';

export interface Interrupts {
  /** Resolves at the first request, with what it was. */
  readonly requested: Promise<string>;
  close(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes Ctrl-C on to us although the terminal has sent it already: within this time (milliseconds) two are one. */
const sameRequest = 1_000;

const parentCheckInterval = 250;

/**
 * @param npmPid of the npm that runs this process, if one does: when it is killed, nobody is left to stop us
 * @param onForce called when a second request comes
 */
export function watchInterrupts(npmPid: number | undefined, onForce: () => void): Interrupts {
  const parent = process.ppid;
  let first: number | undefined;
  let resolveRequested: (what: string) => void = () => undefined;
  const requested = new Promise<string>((resolve) => {
    resolveRequested = resolve;
  });
  const onSignal = (signal: NodeJS.Signals): void => {
    if (first !== undefined && Date.now() - first > sameRequest) onForce();
    first ??= Date.now();
    resolveRequested(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  const parentCheck = setInterval(() => {
    const orphaned = process.ppid !== parent || hasEnded(npmPid ?? parent);
    if (npmPid !== undefined && orphaned) resolveRequested('the end of npm');
  }, parentCheckInterval);
  return {
    requested,
    close: () => {
      clearInterval(parentCheck);
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
