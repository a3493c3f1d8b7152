import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { project } from '../fixtures/project.js';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));

describe('the documentation', () => {
  const pages = pagesBelow(repository);
  const scripts = scriptsOf(join(repository, 'package.json'));

  it('links only to what exists', () => {
    expect(pages.flatMap(deadLinks)).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    expect(pages.flatMap((page) => unknownScripts(page, scripts))).toEqual([]);
  });

  it('covers everything that the kit exports', () => {
    const { documented, undocumented } = exportsOf(join(repository, 'packages/subgraph/src/index.ts'));
    expect(documented.length).toBeGreaterThan(10);
    expect(undocumented).toEqual([]);
  });
});

describe('the checks of the documentation', () => {
  it('find dead links, to files and to headings', () => {
    const at = project({
      'README.md': `# The name
[file](docs/a.md) [heading](docs/a.md#two-words--more) [here](#the-name) [elsewhere](https://example.com/x) ![picture](p.png)
[dead file](docs/b.md) [dead heading](docs/a.md#three) [dead here](#nothing)
\`\`\`md
[not a link](nowhere.md)
\`\`\`
[reference]: docs/c.md`,
      'docs/a.md': '# Title\n## Two `words` & more\n',
      'p.png': '',
    });
    expect(deadLinks(at.path('README.md')).map((problem) => problem.split(' ').at(-1))).toEqual([
      ...['docs/b.md', 'docs/a.md#three', '#nothing', 'docs/c.md'],
    ]);
  });

  it('find scripts that do not exist', () => {
    const at = project({
      'README.md': 'Run `npm run known`, `npm test -- x`, `npm start`, `npm run unknown -- --flag`.',
    });
    const problems = unknownScripts(at.path('README.md'), new Set(['known', 'test']));
    expect(problems.map((problem) => problem.split(': ').at(-1))).toEqual(['npm start', 'npm run unknown']);
  });

  it('find exports without a docstring, through re-exports', () => {
    const at = project({
      'index.ts': `export { a, b, type C, type D } from './inner.js';\n/** Told here. */\nexport const e = 1;`,
      'inner.ts': `/** Told. */\nexport function a() {}\n// Not told.\nexport function b() {}\n/** Told. */\nexport interface C {}\nexport type D = 1;`,
    });
    expect(exportsOf(at.path('index.ts'))).toEqual({ documented: ['a', 'C', 'e'], undocumented: ['b', 'D'] });
  });
});

function pagesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return /^(node_modules|dist|\.git|\.selvedge)$/.test(entry.name) ? [] : pagesBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

function deadLinks(page: string): string[] {
  const text = withoutCode(readFileSync(page, 'utf8'));
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const references = [...text.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  const targets = [...inline, ...references].flatMap(([, target]) => (target === undefined ? [] : [target]));
  return targets
    .filter((target) => isDead(page, target))
    .map((target) => `${named(page)} links to ${target}`);
}

function isDead(page: string, target: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return false;
  const [path = '', heading] = target.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(file)) return true;
  return heading !== undefined && file.endsWith('.md') && !headingsOf(file).has(heading);
}

/** The anchors that GitHub gives to the headings of a page. */
function headingsOf(page: string): ReadonlySet<string> {
  const headings = [...withoutFences(readFileSync(page, 'utf8')).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)];
  return new Set(
    headings.map(([, text = '']) =>
      text
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );
}

function unknownScripts(page: string, scripts: ReadonlySet<string>): string[] {
  const text = readFileSync(page, 'utf8');
  const commands = [...text.matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test)\b)/g)];
  const unknown = commands.filter(([, run, short]) => !scripts.has(run ?? short ?? ''));
  return unknown.map(([command]) => `${named(page)} names a script that package.json lacks: ${command}`);
}

function scriptsOf(packageFile: string): ReadonlySet<string> {
  const { scripts } = JSON.parse(readFileSync(packageFile, 'utf8')) as { scripts: Record<string, string> };
  return new Set(Object.keys(scripts));
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, '');
}

function withoutFences(text: string): string {
  return text.replaceAll(/^(```|~~~)[^]*?^\1/gm, '');
}

function named(page: string): string {
  return relative(repository, page);
}

function exportsOf(file: string): { documented: string[]; undocumented: string[] } {
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    noEmit: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const documented: string[] = [];
  const undocumented: string[] = [];
  for (const symbol of module ? checker.getExportsOfModule(module) : []) {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    const isDocumented = target.getDocumentationComment(checker).length > 0;
    (isDocumented ? documented : undocumented).push(symbol.name);
  }
  return { documented, undocumented };
}
