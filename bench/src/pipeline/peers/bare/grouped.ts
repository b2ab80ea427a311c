/** Work that gathers while one batch is under way, and is then done together: one statement for all that waited. */
export function grouped<Item>(work: (batch: Item[]) => Promise<void>): (item: Item) => void {
  let waiting: Item[] = [];
  let busy = false;
  const run = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await work(batch);
    }
    busy = false;
  };
  return (item) => {
    waiting.push(item);
    if (!busy) void run();
  };
}
