/**
 * Loaded before a program of the stack (`--require`): when whoever started it is gone, however that came, the channel between the two closes,
 * and the program stops as if it had been told to. So a killed supervisor leaves no service behind.
 */
if (process.channel !== undefined) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // The channel alone keeps no program alive that has nothing left to do.
  process.channel.unref();
}
