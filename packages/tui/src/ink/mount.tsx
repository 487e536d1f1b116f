/** Runs the app in Ink: Ink lays out the panes and reads the keys, the screen is ours. */
import { Writable } from "node:stream";
import { Box, render, Text, useInput, usePaste } from "ink";
import { type ReactElement, useSyncExternalStore } from "react";
import type { Frame } from "../frame/frame.ts";
import type { Size } from "../state/state.ts";
import { keyNames } from "./key-names.ts";
import { placeholder } from "./panes.ts";

type AppProps = {
  readonly subscribe: (onChange: () => void) => () => void;
  readonly frame: () => Frame;
  readonly size: () => Size;
  readonly onKey: (key: string) => void;
  readonly onPaste: (text: string) => void;
};

/** The panes of a frame from top to bottom; keys go to whoever made it. */
function App({ subscribe, frame, size, onKey, onPaste }: AppProps): ReactElement {
  const { header, body, footer } = useSyncExternalStore(subscribe, frame);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) onKey(name);
  });
  usePaste(onPaste);

  return (
    <Box flexDirection="column" width={size().columns} height={size().rows}>
      {pane(0, header.length)}
      <Box flexGrow={1} flexDirection="column">
        {pane(1, body.length)}
      </Box>
      {pane(2, footer.length)}
    </Box>
  );
}

/** A pane of so many lines: Ink decides where they go, `fillPanes` puts them there. */
function pane(id: number, rows: number): ReactElement | null {
  return rows === 0 ? null : <Text>{placeholder(id, rows)}</Text>;
}

/** The stream that Ink writes its layout to, in the size of the terminal. */
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
    stdout: stream as unknown as NodeJS.WriteStream, // Ink uses of it what a LayoutStream has
    stdin,
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return { resized: () => stream.emit("resize"), unmount };
}
