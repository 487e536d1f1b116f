/** Runs the app in Ink: Ink lays out the panes and reads the keys, the screen is ours. */
import { Writable } from "node:stream";
import { render } from "ink";
import { App, type AppProps } from "./app.tsx";

/** Where Ink writes its layout to, in the size of the terminal. */
class LayoutStream extends Writable {
  readonly isTTY = true;
  readonly #size: AppProps["size"];
  readonly #onLayout: (layout: string) => void;

  constructor(size: AppProps["size"], onLayout: (layout: string) => void) {
    super();
    this.#size = size;
    this.#onLayout = onLayout;
  }

  get columns(): number {
    return this.#size().columns;
  }

  get rows(): number {
    return this.#size().rows;
  }

  /** Layouts only: modes of the terminal are the screen's business. */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const text = chunk.toString();
    if (text !== "" && !text.startsWith("\x1b")) this.#onLayout(text);
    done();
  }
}

export type Mounted = { readonly resized: () => void; readonly unmount: () => void };

/** Mounts the app; `onLayout` hears of every layout. */
export function mount({
  stdin,
  onLayout,
  ...props
}: AppProps & {
  readonly stdin: NodeJS.ReadStream;
  readonly onLayout: (layout: string) => void;
}): Mounted {
  const stream = new LayoutStream(props.size, onLayout);
  const { unmount } = render(<App {...props} />, {
    stdout: asTerminal(stream),
    stdin,
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return { resized: () => stream.emit("resize"), unmount };
}

/** Ink asks for a terminal's stream and uses of it what a LayoutStream has. */
function asTerminal(stream: LayoutStream): NodeJS.WriteStream {
  return stream as unknown as NodeJS.WriteStream;
}
