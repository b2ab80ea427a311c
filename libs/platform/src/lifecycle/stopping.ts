/** Tells long work (a waiting request, a loop) that the service is stopping: it ends soon and by itself. */
export class Stopping {
  readonly #controller = new AbortController();

  /** Aborted when the service begins to stop, before connections are closed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.#controller.abort();
  }
}
