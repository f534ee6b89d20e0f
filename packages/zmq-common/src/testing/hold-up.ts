/** Keeps the whole process from doing anything else, as a machine that is busy or asleep does. */
export function holdUp(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
