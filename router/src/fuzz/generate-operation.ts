/** Writes operations at random that are valid for an API schema, or nearly always: the caller has them validated. */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import type { Draw } from './draw.js';

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** How it is cut into parts when it is asked for once more with `@defer`. */
  readonly cut?: number;
}

export function generateOperation(draw: Draw, schema: GraphQLSchema): Operation {
  return new Writer(draw, schema).write();
}

const introspections = [
  '__schema { queryType { name } types { name kind } }',
  '__schema { types { name fields { name args { name defaultValue } type { name kind ofType { name } } } } }',
  '__type(name: "Color") { name enumValues { name } }',
  'meta: __type(name: "Thing") { kind possibleTypes { name } fields(includeDeprecated: true) { name isDeprecated } }',
  'input: __type(name: "Range") { inputFields { name defaultValue type { kind name } } }',
  '__type(name: "Nowhere") { name }',
];

class Writer {
  private readonly declarations: string[] = [];
  private readonly variables: Record<string, unknown> = {};
  private readonly fragments: { readonly name: string; readonly on: string; text: string }[] = [];
  /** What each response name stands for, the same wherever it is used, so that selections can always be merged. */
  private readonly meanings = new Map<string, string>();
  private budget: number;

  constructor(
    private readonly draw: Draw,
    private readonly schema: GraphQLSchema,
  ) {
    this.budget = draw.between(4, 30);
  }

  write(): Operation {
    const { draw, schema } = this;
    const mutation = schema.getMutationType();
    const isMutation = draw.chance(12) && mutation != null;
    const type = isMutation ? mutation : schema.getQueryType();
    if (type == null) throw new Error('expected a schema with a query type');
    const selections = this.selections(type, 0, draw.between(1, isMutation ? 4 : 3));
    if (!isMutation && draw.chance(6)) selections.splice(draw.int(2), 0, draw.pick(introspections));
    const head = this.declarations.length === 0 ? '' : `(${this.declarations.join(', ')})`;
    const name = draw.chance(50) || head !== '' ? ' Op' : '';
    const fragments = this.fragments.map(
      (fragment) => `fragment ${fragment.name} on ${fragment.on} ${fragment.text}`,
    );
    const query = [
      `${isMutation ? 'mutation' : 'query'}${name}${head} { ${selections.join(' ')} }`,
      ...fragments,
    ];
    const cut = !isMutation && draw.chance(20) ? { cut: draw.int(1_000) } : {};
    return { query: query.join('\n'), variables: this.variables, ...cut };
  }

  private selections(type: GraphQLCompositeType, depth: number, count: number): string[] {
    const texts: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const text = this.selection(type, depth);
      if (text !== undefined) texts.push(text);
    }
    return texts.length === 0 ? ['__typename'] : texts;
  }

  private selection(type: GraphQLCompositeType, depth: number): string | undefined {
    const { draw } = this;
    this.budget -= 1;
    const dice = draw.int(100);
    if (dice < 7) return `${draw.chance(30) ? 'kind: ' : ''}__typename${this.condition()}`;
    const fragments = isAbstractType(type) ? 60 : depth === 0 ? 12 : 22;
    if (dice < fragments && this.budget > 0) return this.fragment(type, depth);
    if (!isObjectType(type) && !isInterfaceType(type)) return this.fragment(type, depth);
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((each) => !isCompositeType(getNamedType(each.type)));
    const narrow = depth > 4 || this.budget <= 0;
    if (narrow && leaves.length === 0) return undefined;
    // What makes federation hard is asked for more often than the rest.
    const hard = fields.filter(({ name }) => /Needs|Limited|Chained|items|contextual|^media/.test(name));
    const from = hard.length > 0 && draw.chance(25) ? hard : fields;
    return this.field(draw.pick(narrow ? leaves : from), depth);
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const { draw } = this;
    const args = this.args(field.args);
    const name = this.responseName(field.name, args);
    const type = getNamedType(field.type);
    const selections = isCompositeType(type)
      ? ` { ${this.selections(type, depth + 1, draw.between(1, 4)).join(' ')} }`
      : '';
    const alias = name === field.name ? '' : `${name}: `;
    return `${alias}${field.name}${args}${this.condition()}${selections}`;
  }

  private responseName(field: string, args: string): string {
    const meaning = `${field}${args}`;
    const { draw, meanings } = this;
    const wished = draw.chance(12) ? draw.pick(['id', 'sku', 'label', 'a', 'b', `${field}_x`]) : field;
    for (let index = 0, name = wished; ; index += 1, name = `${field}_${index}`) {
      const taken = meanings.get(name);
      if (taken === undefined || taken === meaning) {
        meanings.set(name, meaning);
        return name;
      }
    }
  }

  private fragment(type: GraphQLCompositeType, depth: number): string | undefined {
    const { draw, schema } = this;
    const on = draw.pick(this.overlapping(type));
    const count = draw.between(1, 3);
    if (draw.chance(65)) {
      const condition = on === type && draw.chance(50) ? '' : ` on ${on.name}`;
      return `...${condition}${this.condition()} { ${this.selections(on, depth + 1, count).join(' ')} }`;
    }
    // Only one that is written to its end, or a fragment could spread itself.
    const known = this.fragments.filter((fragment) => {
      const known = schema.getType(fragment.on);
      return fragment.text !== '' && isCompositeType(known) && this.overlapping(type).includes(known);
    });
    if (known.length > 0 && draw.chance(40)) return `...${draw.pick(known).name}${this.condition()}`;
    const fragment = { name: `F${this.fragments.length}`, on: on.name, text: '' };
    this.fragments.push(fragment);
    fragment.text = `{ ${this.selections(on, depth + 1, count).join(' ')} }`;
    return `...${fragment.name}${this.condition()}`;
  }

  private overlapping(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const { schema } = this;
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    const abstract = Object.values(schema.getTypeMap()).filter(
      (each) => isAbstractType(each) && schema.getPossibleTypes(each).some((one) => possible.includes(one)),
    );
    return [type, ...possible, ...abstract.filter(isCompositeType)].filter(
      (each, index, all) => all.indexOf(each) === index,
    );
  }

  private condition(): string {
    const { draw } = this;
    if (!draw.chance(10)) return '';
    const names = draw.chance(15) ? ['skip', 'include'] : [draw.pick(['skip', 'include'])];
    return names
      .map((name) => ` @${name}(if: ${draw.chance(25) ? draw.chance(50) : this.boolean()})`)
      .join('');
  }

  private boolean(): string {
    const name = this.draw.pick(['yes', 'no', 'maybe']);
    if (!this.declarations.some((text) => text.startsWith(`$${name}:`))) {
      const hasDefault = name === 'maybe';
      this.declarations.push(`$${name}: Boolean${hasDefault ? ' = true' : '!'}`);
      if (!hasDefault || this.draw.chance(50))
        this.variables[name] = hasDefault ? this.draw.chance(50) : name === 'yes';
    }
    return `$${name}`;
  }

  private args(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap((arg) => {
      const optional = !isNonNullType(arg.type) || arg.defaultValue !== undefined;
      return optional && this.draw.chance(35) ? [] : [`${arg.name}: ${this.value(arg, 0)}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  private value(place: GraphQLArgument | GraphQLInputField, depth: number): string {
    return this.draw.chance(35) ? this.variable(place) : this.literal(place.type, depth);
  }

  private variable({ type, defaultValue }: GraphQLArgument | GraphQLInputField): string {
    const { draw } = this;
    const name = `v${this.declarations.length}`;
    const optional = !isNonNullType(type);
    const withDefault = draw.chance(30);
    // A nullable variable may stand where null may not, if either has a default that is not null.
    const loose = !optional && (withDefault || defaultValue !== undefined) && draw.chance(50);
    const declared = loose ? getNullableType(type) : type;
    const fallback = withDefault ? ` = ${this.constant(type)}` : '';
    this.declarations.push(`$${name}: ${String(declared)}${fallback}`);
    const mayBeAbsent = withDefault || optional || loose;
    if (!mayBeAbsent || draw.chance(60)) this.variables[name] = this.json(optional ? declared : type, 0);
    return `$${name}`;
  }

  private literal(type: GraphQLInputType, depth: number, mayBeNull = true): string {
    const { draw } = this;
    if (isNonNullType(type)) return this.literal(type.ofType, depth, false);
    if (mayBeNull && draw.chance(6)) return 'null';
    if (isListType(type)) {
      const items = Array.from({ length: draw.int(3) }, () => this.literal(type.ofType, depth));
      const [only] = items;
      return only !== undefined && items.length === 1 && only !== 'null' && draw.chance(40)
        ? only
        : `[${items.join(', ')}]`;
    }
    if (!isInputObjectType(type)) return this.constant(type);
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const needed = isNonNullType(field.type) && field.defaultValue === undefined;
      const wanted = needed || (depth < 2 && draw.chance(45));
      if (!wanted) return [];
      return [
        `${field.name}: ${draw.chance(20) && !needed ? this.variable(field) : this.literal(field.type, depth + 1)}`,
      ];
    });
    return `{ ${fields.join(', ')} }`;
  }

  private constant(type: GraphQLInputType): string {
    const value = this.json(getNullableType(type), 2, false);
    return literalOf(value, type);
  }

  private json(type: GraphQLInputType, depth: number, mayBeNull = true): unknown {
    const { draw } = this;
    if (isNonNullType(type)) return this.json(type.ofType, depth, false);
    if (mayBeNull && draw.chance(10)) return null;
    if (isListType(type)) {
      return Array.from({ length: draw.int(3) }, () => this.json(type.ofType, depth + 1));
    }
    if (isEnumType(type)) return draw.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => {
        const needed = isNonNullType(field.type) && field.defaultValue === undefined;
        return needed || (depth < 2 && draw.chance(45));
      });
      return Object.fromEntries(fields.map((field) => [field.name, this.json(field.type, depth + 1)]));
    }
    switch (getNamedType(type).name) {
      case 'Int':
        return draw.int(9);
      case 'Boolean':
        return draw.chance(50);
      case 'Float':
        return draw.int(9) / 2;
      case 'Blob':
        return draw.pick([0, true, 'b', [], [1, [null, 'c']], { d: { e: [2] }, id: null }]);
      default:
        return `s${draw.int(9)}`;
    }
  }
}

function literalOf(value: unknown, type: GraphQLInputType): string {
  if (value === null) return 'null';
  if (isNonNullType(type)) return literalOf(value, type.ofType);
  if (isListType(type) && Array.isArray(value)) {
    return `[${value.map((each: unknown) => literalOf(each, type.ofType)).join(', ')}]`;
  }
  if (isEnumType(type)) return typeof value === 'string' ? value : 'null';
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    const entries = Object.entries(value as Record<string, unknown>).flatMap(([name, each]) => {
      const field = fields[name];
      return field === undefined ? [] : [`${name}: ${literalOf(each, field.type)}`];
    });
    return `{ ${entries.join(', ')} }`;
  }
  return literalOfAny(value);
}

/** Of a custom scalar: a name need not be in quotes, and must not be. */
function literalOfAny(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOfAny).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${literalOfAny(each)}`)
    .join(', ')} }`;
}
