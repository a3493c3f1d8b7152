import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Progress, type Screen } from './progress.js';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv('NO_COLOR', '1');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

function screen(options: Partial<Screen> = {}): Screen & { written: string[] } {
  const written: string[] = [];
  return { ...options, written, write: (text) => written.push(text) };
}

describe('progress on a terminal', () => {
  test('is one block that is drawn over, at most once a frame', () => {
    const terminal = screen({ isTTY: true, columns: 80 });
    const progress = new Progress(terminal, ['postgres', 'router']);
    progress.busy('postgres', 'starting');
    progress.busy('postgres', 'making databases');
    vi.advanceTimersByTime(1_000);
    progress.done('postgres', 'embedded');
    vi.advanceTimersByTime(1_000);
    expect(terminal.written).toEqual([
      '\x1b[2K  · postgres  making databases\n\x1b[2K    router    \n',
      '\x1b[2A\x1b[2K  ✔ postgres  embedded\n\x1b[2K    router    \n',
    ]);
  });

  test('cuts a line that would wrap, since a wrapped line is drawn over by halves', () => {
    const terminal = screen({ isTTY: true, columns: 30 });
    const progress = new Progress(terminal, ['reviews']);
    progress.busy('reviews', 'seeding reviews: 3,000 of 5,000');
    progress.close();
    const [line = ''] = terminal.written;
    expect(line).toBe('\x1b[2K  · reviews  seeding reviews…\n');
    expect(line.replace('\x1b[2K', '').trimEnd().length).toBeLessThan(30);
  });

  test('shows at its end what no frame has shown, and nothing afterwards', () => {
    const terminal = screen({ isTTY: true });
    const progress = new Progress(terminal, ['router']);
    progress.done('router', 'up');
    progress.close();
    progress.failed('router', 'down');
    vi.advanceTimersByTime(1_000);
    progress.close();
    expect(terminal.written).toEqual(['\x1b[2K  ✔ router  up\n']);
  });
});

describe('progress elsewhere', () => {
  test('is a line for what is done, without control characters', () => {
    const file = screen();
    const progress = new Progress(file, ['build', 'router']);
    progress.busy('build', 'building');
    progress.done('build', '1.9 s');
    progress.failed('router', 'no');
    progress.close();
    expect(file.written).toEqual(['  ✔ build   1.9 s\n', '  ✘ router  no\n']);
  });

  test('is a line now and then for what takes long', () => {
    const file = screen();
    const progress = new Progress(file, ['reviews']);
    for (let second = 0; second <= 12; second++) {
      progress.busy('reviews', `${second} of 12`);
      vi.advanceTimersByTime(1_000);
    }
    expect(file.written).toEqual(['  · reviews  5 of 12\n', '  · reviews  10 of 12\n']);
  });

  test('does not go back from done to busy', () => {
    const file = screen();
    const progress = new Progress(file, ['reviews']);
    progress.done('reviews', 'http://127.0.0.1:1');
    vi.advanceTimersByTime(60_000);
    progress.busy('reviews', 'seeding');
    expect(file.written).toHaveLength(1);
  });
});
