/** What a subgraph's team would write down of its part of the model. */
import {
  fieldsOf,
  named,
  objectOf,
  placementOf,
  printNeeded,
  printType,
  type ArgumentModel,
  type FieldModel,
  type InterfaceModel,
  type Model,
  type ObjectModel,
  type Placement,
} from './model.js';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@inaccessible", "@override", "@interfaceObject",
  "@context", "@fromContext"
])`;

export function subgraphSdl(model: Model, subgraph: string): string {
  return new SubgraphPrinter(model, subgraph).print();
}

/** What clients are to see of it all: the referee's own idea of the API schema, made without composition. */
export function apiSdl(model: Model): string {
  return new ApiPrinter(model).print();
}

/** Prints what can be reached from a start, and nothing else. */
abstract class Printer {
  protected readonly printed = new Map<string, string>();

  constructor(protected readonly model: Model) {}

  protected abstract hides: boolean;

  protected abstract printObject(object: ObjectModel): string;

  protected abstract printInterface(type: InterfaceModel): string;

  protected abstract printUnion(name: string, members: readonly string[]): string;

  protected reach(name: string): void {
    if (this.printed.has(name)) return;
    const { enums, inputs, interfaces, unions } = this.model;
    this.printed.set(name, '');
    const object = objectOf(this.model, name);
    const type = interfaces.find((each) => each.name === name);
    const union = unions.find((each) => each.name === name);
    const input = inputs.find((each) => each.name === name);
    const listing = enums.find((each) => each.name === name);
    if (object !== undefined) this.printed.set(name, this.printObject(object));
    if (type !== undefined) this.printed.set(name, this.printInterface(type));
    if (union !== undefined) this.printed.set(name, this.printUnion(name, union.members));
    if (input !== undefined) this.printed.set(name, `input ${name} { ${this.printArguments(input.fields)} }`);
    if (this.model.scalars.includes(name)) this.printed.set(name, `scalar ${name}`);
    if (listing !== undefined) {
      const values = listing.values.flatMap((value) => {
        if (value !== listing.hiddenValue) return [value];
        return this.hides ? [] : [`${value} @inaccessible`];
      });
      this.printed.set(name, `enum ${name} { ${values.join(' ')} }`);
    }
  }

  protected printArguments(args: readonly ArgumentModel[]): string {
    return args
      .filter(({ hidden }) => !(this.hides && hidden === true))
      .map(({ name, type, defaultValue, hidden }) => {
        this.reach(named(type));
        const fallback = defaultValue === undefined ? '' : ` = ${defaultValue}`;
        return `${name}: ${printType(type)}${fallback}${hidden === true ? ' @inaccessible' : ''}`;
      })
      .join(', ');
  }

  protected result(): string {
    return [...this.printed.values()].filter((text) => text !== '').join('\n');
  }
}

class SubgraphPrinter extends Printer {
  protected override readonly hides = false;

  constructor(
    model: Model,
    private readonly subgraph: string,
  ) {
    super(model);
  }

  print(): string {
    for (const { entity, name } of this.model.interfaces) {
      if (entity?.home === this.subgraph || entity?.object === this.subgraph) this.reach(name);
    }
    for (const { name, presence } of this.model.objects) {
      if (presence[this.subgraph] !== undefined) this.reach(name);
    }
    return `${link}\n${this.result()}`;
  }

  protected override printObject(object: ObjectModel): string {
    const { name, kind, hidden } = object;
    const fields = object.fields.flatMap((field) => {
      const placement = placementOf(object, field, this.subgraph);
      return placement === undefined ? [] : [this.printField(field, kind === 'value' ? {} : placement)];
    });
    if (fields.length === 0) return '';
    const presence = object.presence[this.subgraph];
    const directives = [
      ...(presence?.keys ?? []).map(
        (key) => `@key(fields: "${key.fields}"${key.resolvable ? '' : ', resolvable: false'})`,
      ),
      ...(presence?.context === undefined ? [] : [`@context(name: "${presence.context}")`]),
      ...(kind === 'value' ? ['@shareable'] : []),
      ...(hidden === true ? ['@inaccessible'] : []),
    ];
    const head = `type ${name}${this.implemented(name)} ${directives.join(' ')}`;
    return `${head.trimEnd()} {\n  ${fields.join('\n  ')}\n}`;
  }

  private implemented(name: string): string {
    const names = this.model.interfaces
      .filter((type) => type.implementations.includes(name) && this.hasInterface(type))
      .map((type) => {
        this.reach(type.name);
        return type.name;
      });
    return names.length === 0 ? '' : ` implements ${names.join(' & ')}`;
  }

  private hasInterface(type: InterfaceModel): boolean {
    if (type.entity !== undefined) return type.entity.home === this.subgraph;
    return this.model.objects.some((object) =>
      object.fields.some((field) => {
        if (named(field.type) !== type.name) return false;
        // What a mutation gives is a value type, but only its own subgraph has it.
        if (object.kind === 'value') return field.placements[this.subgraph] !== undefined;
        return placementOf(object, field, this.subgraph) !== undefined;
      }),
    );
  }

  protected override printInterface(type: InterfaceModel): string {
    const { name, entity } = type;
    if (entity?.object === this.subgraph) {
      const own = entity.fields.map((field) => this.printField(field, field.placements[this.subgraph] ?? {}));
      const fields = [...this.printRequired(type), ...own];
      return `type ${name} @interfaceObject @key(fields: "id") {\n  id: ID!\n  ${fields.join('\n  ')}\n}`;
    }
    for (const implementation of type.implementations) {
      if (objectOf(this.model, implementation)?.presence[this.subgraph]) this.reach(implementation);
    }
    const fields = interfaceFields(this.model, type, this.subgraph).map((field) =>
      this.printField(field, {}),
    );
    const key = entity === undefined ? '' : ' @key(fields: "id")';
    return `interface ${name}${key} {\n  ${fields.join('\n  ')}\n}`;
  }

  /** What an interface object requires of its implementations. */
  private printRequired({ entity, implementations: [first = ''] }: InterfaceModel): string[] {
    const placements = entity?.fields.flatMap(({ placements }) => Object.values(placements)) ?? [];
    const names = new Set(placements.flatMap(({ requires = [] }) => requires.map(({ field }) => field)));
    const fields = objectOf(this.model, first)?.fields.filter(({ name }) => names.has(name)) ?? [];
    return fields.map((field) => this.printField(field, { external: true }));
  }

  protected override printUnion(name: string, members: readonly string[]): string {
    const known = members.filter((member) => {
      const object = objectOf(this.model, member);
      return object?.kind === 'value' || object?.presence[this.subgraph] !== undefined;
    });
    for (const member of known) this.reach(member);
    return `union ${name} = ${known.join(' | ')}`;
  }

  private printField(field: FieldModel, placement: Placement): string {
    this.reach(named(field.type));
    const type = placement.weaker === true ? { ...field.type, nonNull: false } : field.type;
    const own = this.printArguments(field.args);
    const { fromContext, override } = placement;
    const context =
      fromContext === undefined
        ? ''
        : `${fromContext.arg}: String @fromContext(field: "$${fromContext.context} { ${fromContext.field} }")`;
    const args = [own, context].filter((text) => text !== '').join(', ');
    const directives = [
      ...(placement.external === true ? ['@external'] : []),
      ...(placement.shareable === true ? ['@shareable'] : []),
      ...(placement.requires === undefined
        ? []
        : [`@requires(fields: ${JSON.stringify(printNeeded(placement.requires))})`]),
      ...(placement.provides === undefined
        ? []
        : [`@provides(fields: "${printNeeded(placement.provides)}")`]),
      ...(override === undefined ? [] : [printOverride(override)]),
      ...(field.hidden === true && placement.external !== true ? ['@inaccessible'] : []),
      ...(field.deprecated === true && placement.external !== true ? ['@deprecated(reason: "old")'] : []),
    ];
    return `${field.name}${args === '' ? '' : `(${args})`}: ${printType(type)} ${directives.join(' ')}`.trimEnd();
  }
}

function printOverride({ from, label }: NonNullable<Placement['override']>): string {
  return `@override(from: "${from}"${label === undefined ? '' : `, label: "${label}"`})`;
}

/** Of the interface in one subgraph: those that all its implementations have there. */
function interfaceFields(model: Model, type: InterfaceModel, subgraph: string): readonly FieldModel[] {
  const present = type.implementations.flatMap((name) => {
    const object = objectOf(model, name);
    return object?.presence[subgraph] === undefined ? [] : [object];
  });
  const [first] = present;
  return type.fields.flatMap((name) => {
    const has = present.every((object) =>
      object.fields.some((field) => {
        const placement = placementOf(object, field, subgraph);
        return field.name === name && placement !== undefined && placement.external !== true;
      }),
    );
    const field = first?.fields.find((each) => each.name === name);
    return has && field !== undefined ? [field] : [];
  });
}

class ApiPrinter extends Printer {
  protected override readonly hides = true;

  print(): string {
    for (const { name, kind } of this.model.objects) if (kind === 'root') this.reach(name);
    // Whatever some subgraph has is in the API schema, reachable or not.
    for (const subgraph of this.model.subgraphs) {
      for (const name of typesIn(this.model, subgraph)) this.reach(name);
    }
    return this.result();
  }

  protected override printObject(object: ObjectModel): string {
    if (object.hidden === true) return '';
    const fields = fieldsOf(this.model, object.name)
      .filter((field) => field.hidden !== true && this.exists(object, field))
      .map((field) => this.printField(field));
    if (fields.length === 0) return '';
    const names = this.model.interfaces
      .filter(
        (type) =>
          type.implementations.includes(object.name) &&
          Object.keys(object.presence).some((subgraph) => typesIn(this.model, subgraph).includes(type.name)),
      )
      .filter(({ entity }) => entity === undefined || object.presence[entity.home] !== undefined)
      .map(({ name }) => name);
    for (const name of names) this.reach(name);
    const head = names.length === 0 ? '' : ` implements ${names.join(' & ')}`;
    return `type ${object.name}${head} {\n  ${fields.join('\n  ')}\n}`;
  }

  private exists(object: ObjectModel, field: FieldModel): boolean {
    if (object.kind === 'value' || Object.keys(field.placements).length > 0) return true;
    return this.model.subgraphs.some((subgraph) => placementOf(object, field, subgraph) !== undefined);
  }

  protected override printInterface(type: InterfaceModel): string {
    const fields = new Map<string, FieldModel>();
    for (const subgraph of this.model.subgraphs) {
      if (!typesIn(this.model, subgraph).includes(type.name)) continue;
      if (type.entity?.object === subgraph) continue;
      for (const field of interfaceFields(this.model, type, subgraph)) fields.set(field.name, field);
    }
    for (const field of type.entity?.fields ?? []) if (field.hidden !== true) fields.set(field.name, field);
    return `interface ${type.name} {\n  ${[...fields.values()].map((field) => this.printField(field)).join('\n  ')}\n}`;
  }

  protected override printUnion(name: string, members: readonly string[]): string {
    const known = members.filter((member) => {
      const object = objectOf(this.model, member);
      if (object?.hidden === true) return false;
      return this.model.subgraphs.some((subgraph) => {
        const types = typesIn(this.model, subgraph);
        return types.includes(name) && types.includes(member);
      });
    });
    return `union ${name} = ${known.join(' | ')}`;
  }

  private printField(field: FieldModel): string {
    const args = this.printArguments(field.args);
    const weaker = Object.values(field.placements).some((placement) => placement.weaker === true);
    const type = weaker ? { ...field.type, nonNull: false } : field.type;
    const deprecated = field.deprecated === true ? ' @deprecated(reason: "old")' : '';
    return `${field.name}${args === '' ? '' : `(${args})`}: ${printType(type)}${deprecated}`;
  }
}

/** The names of a subgraph's types, from its text. */
function typesIn(model: Model, subgraph: string): readonly string[] {
  const texts = known.get(model) ?? new Map<string, readonly string[]>();
  known.set(model, texts);
  let types = texts.get(subgraph);
  if (types === undefined) {
    types = [
      ...subgraphSdl(model, subgraph).matchAll(/^(?:type|interface|union|enum|input|scalar) (\w+)/gm),
    ].map((match) => match[1] ?? '');
    texts.set(subgraph, types);
  }
  return types;
}

const known = new WeakMap<Model, Map<string, readonly string[]>>();
