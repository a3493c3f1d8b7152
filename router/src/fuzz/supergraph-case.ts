/** One model, composed, with everybody who is to answer operations on it. */
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { buildSchema, lexicographicSortSchema, parse, printSchema, type GraphQLSchema } from 'graphql';
import { refereeEngine, startStock, type Engine, type EngineSetup, type StartEngine } from './engines.js';
import type { Model } from './model.js';
import { refereeSchema, subgraphSchema } from './schemas.js';
import { apiSdl, subgraphSdl } from './sdl.js';
import { World } from './world.js';

export interface SupergraphCase {
  readonly model: Model;
  readonly world: World;
  readonly apiSchema: GraphQLSchema;
  readonly sdl: string;
  /** Executable, by name. */
  readonly subgraphs: EngineSetup['subgraphs'];
  readonly referee: Engine;
  /** Undefined where it refuses the supergraph. */
  readonly ours: Engine | undefined;
  readonly stock: Engine | undefined;
  stop(): Promise<void>;
}

/** The model is one that no team could deploy. */
export class DoesNotCompose extends Error {}

function composeModel(model: Model): string {
  const { errors, supergraphSdl } = composeServices(
    model.subgraphs.map((name) => ({
      name,
      url: `http://${name}`,
      typeDefs: parse(subgraphSdl(model, name)),
    })),
  );
  if (errors) throw new DoesNotCompose(errors.map((error) => error.message).join('\n'));
  return supergraphSdl;
}

export interface CaseOptions {
  readonly startOurs: StartEngine;
  readonly withStock: boolean;
}

export async function startCase(
  model: Model,
  { startOurs, withStock }: CaseOptions,
): Promise<SupergraphCase> {
  const sdl = composeModel(model);
  const world = new World(model);
  const apiSchema = Supergraph.build(sdl, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();
  checkApiSchema(model, apiSchema);
  const subgraphs = Object.fromEntries(
    model.subgraphs.map((name) => [name, subgraphSchema(world, name, subgraphSdl(model, name))]),
  );
  const ours = await startOurs({ sdl, subgraphs });
  const stock = withStock ? await startStock({ sdl, subgraphs }) : undefined;
  return {
    model,
    world,
    apiSchema,
    sdl,
    subgraphs,
    referee: refereeEngine(refereeSchema(world, apiSchema)),
    ours,
    stock,
    async stop() {
      await ours?.stop();
      await stock?.stop();
    },
  };
}

/** The referee takes the composed API schema for its order of types; that it is the model's is checked here. */
function checkApiSchema(model: Model, apiSchema: GraphQLSchema): void {
  const own = printSchema(lexicographicSortSchema(buildSchema(apiSdl(model))));
  const composed = printSchema(lexicographicSortSchema(apiSchema));
  if (own === composed) return;
  const lines = new Set(composed.split('\n'));
  const missing = own.split('\n').filter((line) => !lines.has(line));
  const ownLines = new Set(own.split('\n'));
  const added = composed.split('\n').filter((line) => !ownLines.has(line));
  throw new Error(
    `expected the composed API schema to be the model's: only in the model's:\n${missing.join('\n')}\nonly in the composed:\n${added.join('\n')}`,
  );
}
