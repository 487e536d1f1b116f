/** What the command line asks for and has to wait for runs: commands, and a run to open. */
import { StoreError } from "@ablate/store";
import { CommandError } from "../commands/command.ts";
import type { FirstCommand } from "../commands/table.ts";
import type { Feed } from "../data/feed.ts";

/** What can be done for it. */
type Doing = {
  readonly command: (line: string) => void;
  readonly open: (run: string) => void;
  readonly say: (message: string) => void;
};

export class FirstWishes {
  readonly #feed: Feed;
  readonly #doing: Doing;
  #commands: readonly FirstCommand[] = [];
  #wanted: string | null;

  /** @param wanted - a word for a run to open as soon as it is there */
  constructor(feed: Feed, wanted: string | undefined, doing: Doing) {
    this.#feed = feed;
    this.#wanted = wanted ?? null;
    this.#doing = doing;
  }

  /**
   * Carries out commands; where there are no runs yet, as soon as there are.
   *
   * @throws CommandError - if one makes no sense
   */
  begin(commands: readonly FirstCommand[]): void {
    if (this.#feed.snapshot.runs.length === 0) this.#commands = commands;
    else for (const one of commands) this.#carryOut(one);
  }

  /** Carries out what had to wait for runs, and says what made no sense. */
  carryOutWaiting(): void {
    if (this.#commands.length === 0 || this.#feed.snapshot.runs.length === 0) return;
    const commands = this.#commands;
    this.#commands = [];
    try {
      for (const one of commands) this.#carryOut(one);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#doing.say(error.message);
    }
  }

  #carryOut({ name, text }: FirstCommand): void {
    try {
      this.#doing.command(`${name} ${text}`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new CommandError(`--${name}: ${error.message}`);
    }
  }

  /** Opens the run that was asked for once it is there; whether that is now. */
  openWanted(): boolean {
    const word = this.#wanted;
    if (word === null) return false;
    try {
      const found = this.#feed.reader.run(word);
      if (found === undefined) return false;
      this.#doing.open(found.name);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#doing.say(error.message);
    }
    this.#wanted = null;
    return true;
  }
}
