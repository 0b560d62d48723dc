/**
 * Which files a machine has booted, and of what time they were: so a file that is written again is told from one that a restart
 * has taken already. Fed with the messages of a session. No VS Code here.
 */

interface Message {
  readonly type?: unknown;
  readonly event?: unknown;
  readonly command?: unknown;
  readonly success?: unknown;
  readonly body?: unknown;
}

interface ModuleBody {
  readonly reason?: unknown;
  readonly module?: { readonly id?: unknown; readonly path?: unknown };
}

export class BootedImages {
  /** By module. */
  private readonly paths = new Map<unknown, string>();
  /** By path. */
  private times = new Map<string, number>();
  private readonly offered = new Map<string, number>();

  /** The files of the machine that there is. */
  get files(): readonly string[] {
    return [...new Set(this.paths.values())];
  }

  /** @returns whether the machine has booted by this message: the times of its files are to be told then */
  hear({ type, event, command, success, body }: Message): boolean {
    if (type === 'event' && event === 'module') this.module(body as ModuleBody);
    return type === 'response' && success === true && (command === 'launch' || command === 'restart');
  }

  private module({ reason, module }: ModuleBody): void {
    if (reason === 'removed') this.paths.delete(module?.id);
    else if (typeof module?.path === 'string') this.paths.set(module.id, module.path);
  }

  /** @param times when each file was written last, in any unit */
  booted(times: ReadonlyMap<string, number>): void {
    this.times = new Map(times);
  }

  /** The same file is offered once. @returns whether this one has not been */
  offer(file: string, time: number): boolean {
    if (this.offered.get(file) === time) return false;
    this.offered.set(file, time);
    return true;
  }

  /** Is the file another than the one that was booted? One that could not be looked at then is not. */
  isNew(file: string, time: number): boolean {
    const known = this.times.get(file);
    return known !== undefined && time !== known;
  }
}
