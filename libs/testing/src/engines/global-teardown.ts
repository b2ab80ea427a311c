const running = globalThis as unknown as { assentTestEngines?: () => Promise<void> };

/** Stops what the global set-up started. */
export default async function tearDown(): Promise<void> {
  await running.assentTestEngines?.();
}
