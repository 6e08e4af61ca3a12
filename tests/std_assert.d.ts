/**
 * Types of the assertions the tests use. The npm republication that `@std/assert` is an alias for
 * carries none; with the alias pointed at JSR this file is not needed.
 */
declare module "@std/assert" {
  /** Asserts deep equality. */
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  /** Asserts that the values are not deeply equal. */
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    msg?: string,
  ): void;
  export function assertNotEquals<T>(
    actual: T,
    expected: T,
    msg?: string,
  ): void;
  /** Asserts `===`. */
  export function assertStrictEquals<T>(
    actual: unknown,
    expected: T,
    msg?: string,
  ): asserts actual is T;
  /** Asserts truthiness. */
  export function assert(expr: unknown, msg?: string): asserts expr;
  /** Asserts falsiness. */
  export function assertFalse(expr: unknown, msg?: string): void;
  /** Asserts that the value is neither null nor undefined. */
  export function assertExists<T>(
    actual: T,
    msg?: string,
  ): asserts actual is NonNullable<T>;
  /** Asserts that the text matches. */
  export function assertMatch(
    actual: string,
    expected: RegExp,
    msg?: string,
  ): void;
  /** Asserts that `actual` contains `expected`. */
  export function assertStringIncludes(
    actual: string,
    expected: string,
    msg?: string,
  ): void;
  /** Asserts that every value of `expected` is in `actual`. */
  export function assertArrayIncludes<T>(
    actual: ArrayLike<T>,
    expected: ArrayLike<T>,
    msg?: string,
  ): void;
  /** Asserts that `actual` has at least the properties of `expected`. */
  export function assertObjectMatch(
    actual: Record<PropertyKey, unknown>,
    expected: Record<PropertyKey, unknown>,
    msg?: string,
  ): void;
  /** Asserts that `actual > expected`. */
  export function assertGreater<T>(actual: T, expected: T, msg?: string): void;
  /** Asserts that `actual >= expected`. */
  export function assertGreaterOrEqual<T>(
    actual: T,
    expected: T,
    msg?: string,
  ): void;
  /** Asserts that `actual < expected`. */
  export function assertLess<T>(actual: T, expected: T, msg?: string): void;
  /** Asserts that `actual <= expected`. */
  export function assertLessOrEqual<T>(
    actual: T,
    expected: T,
    msg?: string,
  ): void;
  /** Asserts that the class made the value. */
  export function assertInstanceOf<
    T extends abstract new (...args: never[]) => unknown,
  >(
    actual: unknown,
    expected: T,
    msg?: string,
  ): asserts actual is InstanceType<T>;
  /** Asserts that the function throws; returns what it threw. */
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    errorClass?: new (...args: never[]) => E,
    msgIncludes?: string,
    msg?: string,
  ): E;
  /** Asserts that the promise rejects; resolves to what it rejected with. */
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    errorClass?: new (...args: never[]) => E,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
  /** Fails the test. */
  export function fail(msg?: string): never;
}
