/**
 * How answers in JSON become the SDK's outputs. The SDK's reader looks for every member that a structure may
 * have, and finds out for each text that it is one: with 1,800 tasks a second, that was half of what the plugin
 * did. The one here goes by the members that an answer has, and leaves everything else to the SDK's.
 */
import { AwsJson1_1Protocol } from "@aws-sdk/core/protocols";
import { JsonCodec2, JsonShapeDeserializer2 } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";

/** How the AWS JSON protocol reads and writes, as the SDK's own protocol has it by default. */
const settings: ConstructorParameters<typeof JsonCodec2>[0] = {
  timestampFormat: { useTrait: true, default: 7 },
  jsonName: false,
};

/** AWS JSON 1.1, for clients of the SDK whose answers are many or long. */
export class JsonProtocol extends AwsJson1_1Protocol {
  constructor(options: ConstructorParameters<typeof AwsJson1_1Protocol>[0]) {
    super({ ...options, jsonCodec: new Codec(settings) });
  }
}

class Codec extends JsonCodec2 {
  override createDeserializer(): Reader {
    const reader = new Reader(this.settings);
    if (this.serdeContext !== undefined) reader.setSerdeContext(this.serdeContext);
    return reader;
  }
}

type Schema = Parameters<JsonShapeDeserializer2["readObject"]>[0];

/** A member of a structure: a plain text needs no more than itself. */
type Member = { readonly schema: NormalizedSchema; readonly isText: boolean };

/** Reads values of JSON by the SDK's schemas. */
export class Reader extends JsonShapeDeserializer2 {
  /** By the schema of a structure, its members by their names. Made when the first such structure is read. */
  readonly #members = new Map<unknown, ReadonlyMap<string, Member>>();

  protected override _read(schema: Schema, value: unknown): unknown {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return super._read(schema, value);
    }
    const structure = NormalizedSchema.of(schema);
    // An answer that tells its type is an error, of which the SDK keeps what its schema does not have, too.
    if (!structure.isStructSchema() || structure.isUnionSchema() || "__type" in value) {
      return super._read(schema, value);
    }
    const members = this.#membersOf(structure);
    const read: Record<string, unknown> = {};
    for (const [name, given] of Object.entries(value)) {
      const member = members.get(name);
      if (member === undefined || given === null) continue;
      read[name] = member.isText && typeof given === "string"
        ? given
        : this._read(member.schema, given);
    }
    return read;
  }

  #membersOf(structure: NormalizedSchema): ReadonlyMap<string, Member> {
    const schema = structure.getSchema();
    const known = this.#members.get(schema);
    if (known !== undefined) return known;
    const members = new Map<string, Member>();
    for (const [name, member] of structure.structIterator()) {
      const isText = member.isStringSchema() && member.getMergedTraits().mediaType === undefined;
      members.set(name, { schema: member, isText });
    }
    this.#members.set(schema, members);
    return members;
  }
}
