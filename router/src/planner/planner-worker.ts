/** The planning thread: reads the supergraph, says what is in it, then answers one request for a plan after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { ClientError } from '@selvedge/errors';
import type { PlannerReply, PlannerRequest, PlannerThreadData } from './planner-messages.js';
import { supergraphPlanner, type SupergraphPlanner } from './supergraph-planner.js';

start();

function start(): void {
  const { sdl, limits } = workerData as PlannerThreadData;
  let planner: SupergraphPlanner;
  try {
    planner = supergraphPlanner(sdl, limits);
  } catch (error) {
    reply({ kind: 'unreadable', message: error instanceof Error ? error.message : String(error) });
    return;
  }
  parentPort?.on('message', (request: PlannerRequest) => {
    reply(answer(planner, request));
  });
  reply({ kind: 'ready', digest: planner.digest });
}

function answer(planner: SupergraphPlanner, request: PlannerRequest): PlannerReply {
  try {
    return { kind: 'plan', plan: planner.plan(request) };
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    return { kind: 'failure', code: error instanceof ClientError ? error.code : null, message, stack };
  }
}

function reply(message: PlannerReply): void {
  parentPort?.postMessage(message);
}
