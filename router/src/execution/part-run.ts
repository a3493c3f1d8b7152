/** How far one part of a plan is: the answer itself, or what is deferred. */
export interface PartRun {
  unfinished: number;
  readonly done: Promise<void>;
  readonly finish: () => void;
  readonly fail: (error: unknown) => void;
}

export function partRun(): PartRun {
  let finish: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  // Whoever awaits the part hears of it; nobody may.
  done.catch(() => undefined);
  return { unfinished: 0, done, finish, fail };
}
