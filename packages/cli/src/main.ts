// The `selvedge` command line: one file a command. What a command needs beyond its flags it loads when it runs.
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { checkSchemaCommand } from './check-schema/command.js';
import { codegenCommand } from './codegen/command.js';
import { composeCommand } from './compose/command.js';
import { startCommand } from './start/command.js';

await new Command('selvedge')
  .description('Composes, checks and runs a supergraph.')
  .addCommand(
    startCommand({
      projectRoot: fileURLToPath(new URL('../../..', import.meta.url)),
      // Built already, or the command says what is missing: only scripts/bootstrap.mjs builds.
      buildServices: () => Promise.resolve(false),
      buildExplorer: () => Promise.resolve(false),
    }),
  )
  .addCommand(composeCommand)
  .addCommand(checkSchemaCommand)
  .addCommand(codegenCommand)
  .parseAsync();
