/** `security_groups` as `securityGroups`. */
type CamelKey<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelKey<Tail>>}`
  : S;

/** A value with its HCL names as AWS writes them. */
export type AwsNamed<T> = T extends readonly (infer Item)[] ? AwsNamed<Item>[]
  : T extends object ? { [K in keyof T as CamelKey<K & string>]: AwsNamed<T[K]> | undefined }
  : T;

/**
 * A decoded configuration with its names as AWS writes them, without what is not set: AWS takes an
 * empty list or structure for a choice. The names within a map are changed too, so that maps are to
 * be taken out before.
 */
export function awsNamed<T>(value: T): AwsNamed<T> {
  return (named(value) ?? {}) as AwsNamed<T>;
}

function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(named);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  const members = Object.entries(value)
    .map(([key, member]) => [camelCase(key), named(member)] as const)
    .filter(([, member]) => member !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A list with something in it, else undefined: AWS takes an empty list for a choice. */
export function unlessEmpty<T>(items: T[]): T[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** Names with values, as AWS writes environments and properties. */
export function pairs(values: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** Without the members that are undefined. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as T;
}
