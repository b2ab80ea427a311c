import { readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { DriverAdapterError, bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { DatabaseError, Pool } from 'pg';

/**
 * Prisma's migration engine as WebAssembly: it writes Prisma's own `_prisma_migrations` table, so that `prisma migrate` stays usable,
 * and needs no download of a native engine.
 */
export type SchemaEngine = bindings.SchemaEngine;

/** Node has WebAssembly, but TypeScript declares it only with the browser's types. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: Readonly<Record<string, unknown>>): Promise<{ instance: { exports: Readonly<Record<string, unknown>> } }>;
};

/** What the package's published types leave out: the hook that binds the compiled module to its JavaScript half, and the module's own start. */
interface Bindable {
  __wbg_set_wasm(exports: Readonly<Record<string, unknown>>): void;
}
interface Startable {
  __wbindgen_start(): void;
}

let bound: Promise<void> | null = null;

async function bindModule(): Promise<void> {
  const bytes = await readFile(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...bindings, ...patientTimers() } });
  (bindings as unknown as Bindable).__wbg_set_wasm(instance.exports);
  (instance.exports as unknown as Startable).__wbindgen_start();
}

/** The engine never clears the timer of its 10 s lock time-out. It must not keep a program alive that is done. */
function patientTimers(): Record<string, unknown> {
  const names = Object.keys(bindings).filter((name) => name.startsWith('__wbg_setTimeout_'));
  return Object.fromEntries(names.map((name) => [name, (callback: () => void, delayMs: number) => setTimeout(callback, delayMs).unref()]));
}

/**
 * Runs a script as one simple query, which PostgreSQL executes as one transaction: a migration that fails leaves nothing behind.
 * (The adapter's own way splits the text at every semicolon, also inside function bodies and comments.)
 */
class WholeScriptAdapterFactory extends PrismaPg {
  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        throw error instanceof DatabaseError ? new DriverAdapterError(describe(error)) : error;
      }
    };
    return adapter;
  }
}

const describe = (error: DatabaseError): ConstructorParameters<typeof DriverAdapterError>[0] => ({
  kind: 'postgres',
  code: error.code ?? 'XX000',
  severity: error.severity ?? 'ERROR',
  message: error.message,
  detail: error.detail,
  column: error.column,
  hint: error.hint,
});

/**
 * Runs `work` with an engine that works in one schema of the database behind `url`, and only there. The engine keeps its session lock until
 * its connection ends, so it gets one connection of its own, which ends with the work.
 */
export async function withSchemaEngine<T>(url: string, schema: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  bound ??= bindModule();
  await bound;
  const pool = new Pool({ connectionString: url, options: `-c search_path=${schema}`, max: 1, application_name: 'assent-migrate' });
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScriptAdapterFactory(pool, { schema }));
    const engine = await bindings.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
    return await work(engine);
  } finally {
    await pool.end();
  }
}
