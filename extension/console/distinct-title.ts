/** Names of terminals where several machines have consoles of the same title: VS Code numbers their sessions likewise. */

/** @param taken names of the terminals of machines that run. @returns the title, with a number from 2 on if it is taken */
export function distinctTitle(title: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  let name = title;
  for (let n = 2; names.has(name); n++) name = `${title} ${String(n)}`;
  return name;
}
