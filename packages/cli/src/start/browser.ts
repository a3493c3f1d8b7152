// Opening the explorer is a convenience for a person at a desktop: it is tried where there is one, and never a failure.
import { spawn } from 'node:child_process';

/** Opens the URL in the default browser when a person sits at this terminal. */
export function openBrowser(url: string): void {
  const opener = openerOf(process.platform, process.env);
  if (opener === undefined || !process.stdout.isTTY) return;
  const [command, ...args] = opener;
  const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}

/** The command that opens a URL, or undefined where there is no desktop. */
export function openerOf(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): readonly [string, ...string[]] | undefined {
  if ((env['CI'] ?? env['SSH_CONNECTION'] ?? '') !== '') return undefined;
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return (env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') === '' ? undefined : ['xdg-open'];
}
