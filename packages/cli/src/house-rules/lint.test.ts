import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));

describe('the lint rules', () => {
  it('let plans be executed with the gateway in one file only', async () => {
    const eslint = new ESLint({ cwd: repository });
    const execute = `import { executeQueryPlan } from '@apollo/gateway';\nexport const run = executeQueryPlan;\n`;
    const type = `import type { executeQueryPlan } from '@apollo/gateway';\nexport type Run = typeof executeQueryPlan;\n`;
    const rulesBroken = async (code: string, file: string): Promise<(string | null)[]> => {
      const [result] = await eslint.lintText(code, { filePath: `${repository}/${file}` });
      return result?.messages.map(({ ruleId }) => ruleId) ?? [];
    };
    expect(await rulesBroken(execute, 'router/src/pipeline/execute.ts')).toEqual([]);
    expect(await rulesBroken(execute, 'router/src/pipeline/plan.ts')).toEqual([
      '@typescript-eslint/no-restricted-imports',
    ]);
    expect(await rulesBroken(type, 'router/src/pipeline/plan.ts')).toEqual([]);
  });
});
