/**
 * The smallest view of an object's SQLite that our modules need: workerd's SqlStorage satisfies it, and so does a wrapper
 * around any other SQLite in a test.
 */
export type SqlValue = string | number | null | ArrayBuffer;
export type SqlRow = Record<string, SqlValue>;
export type Sql = {
  exec<T extends SqlRow>(query: string, ...bindings: SqlValue[]): { toArray(): T[] };
};

/** The first row of a query, or null. */
export function firstRow<T extends SqlRow>(sql: Sql, query: string, ...bindings: SqlValue[]): T | null {
  return sql.exec<T>(query, ...bindings).toArray()[0] ?? null;
}
