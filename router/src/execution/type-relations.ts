/** Which type is a kind of which, over the whole supergraph: subgraphs may answer with types that clients do not see. */
import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

export class TypeRelations {
  private readonly known = new Map<string, Map<string, boolean>>();

  /** @param schema of the supergraph, with what is inaccessible */
  constructor(private readonly schema: GraphQLSchema) {}

  /** Whether an object that calls itself `typename` meets the type condition. */
  isOfType(typename: string, condition: string): boolean {
    if (typename === condition) return true;
    let byCondition = this.known.get(typename);
    if (byCondition === undefined) {
      if (!this.knows(typename)) return false;
      byCondition = new Map();
      this.known.set(typename, byCondition);
    }
    let answer = byCondition.get(condition);
    if (answer === undefined) {
      answer = this.isSubtype(typename, condition);
      byCondition.set(condition, answer);
    }
    return answer;
  }

  /** Whatever a subgraph calls its objects is asked for here: nothing may be kept of a name that is not known. */
  knows(typename: string): boolean {
    return this.schema.getType(typename) !== undefined;
  }

  isObject(typename: string): boolean {
    return isObjectType(this.schema.getType(typename));
  }

  private isSubtype(typename: string, condition: string): boolean {
    const type = this.schema.getType(typename);
    const abstract = this.schema.getType(condition);
    if (!isAbstractType(abstract)) return false;
    return (isObjectType(type) || isInterfaceType(type)) && this.schema.isSubType(abstract, type);
  }
}
