// Why a command could not do its work, in words for the person at the terminal: no stack trace is printed for it.

/** A failure whose message is one or more plain sentences for a person. Whatever else is thrown is a defect of ours. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** Wraps a commander action: a `CommandFailure` is printed to stderr and becomes exit code 1. */
export function reportingFailures<Arguments extends unknown[]>(
  action: (...input: Arguments) => Promise<void>,
): (...input: Arguments) => Promise<void> {
  return async (...input) => {
    try {
      await action(...input);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  };
}
