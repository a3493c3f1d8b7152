import { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { Dispatcher, type Taker } from './dispatcher.js';

afterEach(() => {
  vi.useRealTimers();
});

class TestTaker implements Taker {
  isBusy = false;
  given: Socket[] = [];
  onConnections: () => void = () => undefined;

  constructor(public openConnections = 0) {}

  give(socket: Socket): void {
    this.given.push(socket);
    this.openConnections += 1;
    this.isBusy = true;
  }

  take(): void {
    this.isBusy = false;
    this.onConnections();
  }
}

const socket = (): Socket => new Socket();

function dispatcherTo(...takers: TestTaker[]): Dispatcher {
  const dispatcher = new Dispatcher({ waiting: 2, patience: 1_000 });
  for (const taker of takers) dispatcher.add(taker);
  return dispatcher;
}

test('gives a connection to the worker that has fewest', () => {
  const [many, few] = [new TestTaker(5), new TestTaker(3)];
  const dispatcher = dispatcherTo(many, few);
  for (let index = 0; index < 4; index += 1) {
    dispatcher.accept(socket());
    few.take();
    many.take();
  }
  expect([many.openConnections, few.openConnections]).toEqual([6, 6]);
});

test('gives none to a worker that has not taken its last, and keeps the order of those that wait', () => {
  const taker = new TestTaker();
  const dispatcher = dispatcherTo(taker);
  const sockets = [socket(), socket(), socket()];
  for (const each of sockets) dispatcher.accept(each);
  expect(taker.given).toEqual(sockets.slice(0, 1));
  taker.take();
  expect(taker.given).toEqual(sockets.slice(0, 2));
  taker.take();
  expect(taker.given).toEqual(sockets);
});

test('with no worker they wait for one, but not all and not for ever', () => {
  vi.useFakeTimers();
  const [gone, taker] = [new TestTaker(), new TestTaker()];
  const dispatcher = dispatcherTo(gone);
  dispatcher.remove(gone);
  const [first, second, oneTooMany] = [socket(), socket(), socket()];
  dispatcher.accept(first);
  vi.advanceTimersByTime(600);
  dispatcher.accept(second);
  dispatcher.accept(oneTooMany);
  expect(oneTooMany.destroyed).toBe(true);
  vi.advanceTimersByTime(600);
  expect([first.destroyed, second.destroyed]).toEqual([true, false]);
  dispatcher.add(taker);
  expect(taker.given).toEqual([second]);
  vi.advanceTimersByTime(5_000);
  expect(second.destroyed).toBe(false);
});

test('at the end, those that wait are cut off', () => {
  const dispatcher = dispatcherTo();
  const waiting = socket();
  dispatcher.accept(waiting);
  dispatcher.close();
  expect(waiting.destroyed).toBe(true);
});
