// Ends a detached server when the test run dies without a chance to clean up (SIGKILL, a crash, a CI that pulls the plug).
// A shell of 1 MB reads from a pipe that only this process holds; the kernel closes it whatever the cause of death.
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

export interface Guard {
  /** To call once everything is cleaned up properly. */
  dismiss(): void;
}

const script = `
  cat > /dev/null
  kill -INT "$1" 2> /dev/null
  for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2> /dev/null || break; sleep 0.5; done
  kill -KILL "$1" 2> /dev/null
  rm -rf "$2"
`;

/** After this process's death: SIGINT, SIGKILL after 5 s, and the folder removed. */
export function guard(pid: number, folder: string): Guard {
  const shell = spawn('/bin/sh', ['-c', script, 'guard', String(pid), folder], {
    cwd: '/',
    // Detached: Ctrl-C in the terminal must not end the guard before its duty.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return {
    dismiss: () => {
      shell.kill('SIGKILL');
    },
  };
}
