/** In a process of `startChild`: what it is to work on. From now on it ends when its parent does, however that ends. */
export function inputFromParent(): unknown {
  process.once('disconnect', () => process.exit());
  return JSON.parse(process.argv[2]!);
}

export function tellParent(message: unknown): void {
  process.send!(message);
}
