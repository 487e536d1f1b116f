/**
 * Finds vectors that are loaded from or stored to an address that V8 may know while it compiles: V8 13.6 (Node 24)
 * stores a pair of such vectors to the wrong place, so no kernel may have one.
 */
import binaryen from "assemblyscript/binaryen";

type Tree = readonly (string | Tree)[];

/** Makes a module of its text. */
export function assemble(text: string): Uint8Array {
  return binaryen.parseText(text).emitBinary();
}

/** Returns the accesses of a module, as "function: instruction". */
export function constantAccesses(module: Uint8Array): string[] {
  const parts = lists(parse(binaryen.readBinary(module).emitText()));
  const fixed = parts.filter(([kind, , type]) => kind === "global" && type === "i32");
  const globals = new Set(fixed.map(([, name]) => String(name)));
  const bodies = parts.filter(([kind]) => kind === "func").map((body) => new Body(body, globals));
  const byName = new Map(bodies.map((body) => [body.name, body]));
  // Of what a call passes, a function that V8 inlines knows as much as the caller.
  let found: string[] = [];
  for (let [before, now] = [-1, 0]; before !== now; ) {
    before = now;
    found = bodies.flatMap((body) => body.follow(byName));
    now = bodies.reduce((sum, { given }) => sum + given.size, 0);
  }
  return found;
}

/** Returns the indices of the functions of a module that compute with vectors. */
export function functionsWithVectors(module: Uint8Array): number[] {
  const parts = lists(parse(binaryen.readBinary(module).emitText()));
  return parts
    .filter(([kind]) => kind === "func")
    .flatMap((body, index) => (hasVectors(body) ? [index] : []));
}

function hasVectors(body: Tree): boolean {
  return [...within(body)].some(([operation]) => /^(v128|[if]\d+x\d+)\./.test(String(operation)));
}

const FOLDED = /^i32\.(add|sub|mul|shl|shr_[su]|and|or|xor)$/;

/** A function, followed instruction by instruction. */
class Body {
  readonly name: string;
  readonly parameters: readonly string[];
  /** Parameters for which a call passes what it knows. */
  readonly given: Set<string> = new Set<string>();
  readonly #tree: Tree;
  readonly #globals: ReadonlySet<string>;
  readonly #locals: readonly string[];
  #bodies: ReadonlyMap<string, Body> = new Map();
  /** Variables whose value is known where the walk is. */
  #known = new Set<string>();
  #found: string[] = [];

  constructor(tree: Tree, globals: ReadonlySet<string>) {
    this.#tree = tree;
    this.name = String(tree[1]);
    this.#globals = globals;
    this.parameters = namesOf(tree, "param");
    this.#locals = namesOf(tree, "local");
  }

  /** Returns what it finds, and notes in the functions that it calls what they are given. */
  follow(bodies: ReadonlyMap<string, Body>): string[] {
    this.#bodies = bodies;
    this.#found = [];
    this.#known = new Set([...this.given, ...this.#locals]); // which are zero
    for (const part of lists(this.#tree)) this.#walk(part);
    return this.#found;
  }

  /** Follows an instruction after its operands; returns whether its value is known. */
  #walk(tree: Tree): boolean {
    const [what = "", name] = tree.map(String);
    if (what === "if") return this.#branch(tree);
    if (what === "loop" || what === "block") return this.#block(tree, what === "loop");
    const operands = lists(tree).map((operand) => this.#walk(operand));
    const [isFirstKnown = false] = operands;
    if (what === "i32.const") return true;
    if (what === "global.get") return this.#globals.has(String(name));
    if (what === "local.get") return this.#known.has(String(name));
    if (what === "local.set" || what === "local.tee") this.#set(String(name), isFirstKnown);
    if (what === "call") this.#give(String(name), operands);
    if ((what === "v128.load" || what === "v128.store") && isFirstKnown) {
      const words = tree.filter((part) => typeof part === "string");
      this.#found.push(`${this.name}: ${words.join(" ")}`);
    }
    return what === "local.tee" || (FOLDED.test(what) && operands.every(Boolean))
      ? isFirstKnown
      : false;
  }

  #set(variable: string, isKnown: boolean): void {
    if (isKnown) this.#known.add(variable);
    else this.#known.delete(variable);
  }

  #give(callee: string, operands: readonly boolean[]): void {
    const body = this.#bodies.get(callee);
    for (const [i, parameter] of (body?.parameters ?? []).entries()) {
      if (operands[i]) body?.given.add(parameter);
    }
  }

  /** What only one of two branches knows is not known after them. */
  #branch(tree: Tree): false {
    const [condition, ...branches] = lists(tree).filter(([what]) => what !== "result");
    if (condition !== undefined) this.#walk(condition);
    const before = this.#known;
    const after = [before, before];
    for (const [i, branch] of branches.entries()) {
      this.#known = new Set(before);
      for (const part of lists(branch)) this.#walk(part);
      after[i] = this.#known;
    }
    const [one, other] = after;
    this.#known = new Set([...(one ?? [])].filter((variable) => other?.has(variable)));
    return false;
  }

  /** What a loop sets is not known in it; what a block sets may have been jumped over. */
  #block(tree: Tree, isLoop: boolean): false {
    const sets = [...within(tree)].filter(([what]) => what === "local.set" || what === "local.tee");
    if (isLoop) for (const [, variable] of sets) this.#known.delete(String(variable));
    const before = new Set(this.#known);
    for (const part of lists(tree)) this.#walk(part);
    for (const [, variable] of sets)
      if (!before.has(String(variable))) this.#known.delete(String(variable));
    return false;
  }
}

function namesOf(body: Tree, kind: "param" | "local"): string[] {
  const declared = lists(body).filter(([what]) => what === kind);
  return declared.map(([, name]) => String(name));
}

function lists(tree: Tree): Tree[] {
  return tree.filter((part) => typeof part !== "string");
}

function* within(tree: Tree): Generator<Tree> {
  yield tree;
  for (const part of lists(tree)) yield* within(part);
}

/** Reads the text format: lists in parentheses, words and strings, without comments. */
function parse(text: string): Tree {
  const open: (string | Tree)[][] = [[]];
  for (const [token] of text.matchAll(/;;.*|"(?:[^"\\]|\\.)*"|[()]|[^\s()";]+/g)) {
    if (token === "(") open.push([]);
    else if (token === ")") {
      const closed = open.pop() ?? [];
      open.at(-1)?.push(closed);
    } else if (!token.startsWith(";;")) open.at(-1)?.push(token);
  }
  const [module] = lists(open[0] ?? []);
  return module ?? [];
}
