/** Runs the app in Ink: Ink lays out the panes and reads the keys, the screen is ours. */
import { Writable } from "node:stream";
import { Box, render, Text, useInput, usePaste } from "ink";
import { type ReactElement, useSyncExternalStore } from "react";
import type { Size } from "../state/state.ts";
import type { Pointer } from "../views/view.ts";
import { keyNames } from "./key-names.ts";
import { KeyStream } from "./key-stream.ts";
import { type Geometry, placeholder } from "./panes.ts";

type AppProps = {
  readonly subscribe: (onChange: () => void) => () => void;
  /** The same object as long as nothing moves. */
  readonly geometry: () => Geometry;
  readonly size: () => Size;
  readonly onKey: (key: string) => void;
  readonly onPaste: (text: string) => void;
};

type Heard = {
  readonly stdin: NodeJS.ReadStream;
  readonly onPointer: (pointer: Pointer) => void;
  /** Hears of every layout. */
  readonly onLayout: (layout: string) => void;
};

/** The parts of a frame: its header, its panes side by side, its footer; keys go to whoever made it. */
function App({ subscribe, geometry, size, onKey, onPaste }: AppProps): ReactElement {
  const { header, widths, rows, footer } = useSyncExternalStore(subscribe, geometry);
  const { columns } = size();
  useInput((input, key) => {
    for (const name of keyNames(input, key)) onKey(name);
  });
  usePaste(onPaste);

  return (
    <Box flexDirection="column" width={columns} height={size().rows}>
      {part(0, { columns, rows: header })}
      <Box flexGrow={1} flexDirection="row">
        {widths.map((width, i) => (
          <Box key={String(i)} width={width} flexShrink={0}>
            {part(i + 1, { columns: width, rows })}
          </Box>
        ))}
      </Box>
      {part(widths.length + 1, { columns, rows: footer })}
    </Box>
  );
}

/** A part of so many cells: Ink decides where they go, `fillPanes` puts its lines there. */
function part(id: number, room: Size): ReactElement | null {
  return room.rows === 0 ? null : <Text wrap="truncate">{placeholder(id, room)}</Text>;
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

/** Mounts the app. */
export function mount({ stdin, onLayout, onPointer, ...props }: AppProps & Heard): Mounted {
  const stream = new LayoutStream(props.size, onLayout);
  const keys = new KeyStream(stdin, { onPointer, onEscape: () => props.onKey("escape") });
  const { unmount } = render(<App {...props} />, {
    stdout: stream as unknown as NodeJS.WriteStream, // Ink uses of them what a LayoutStream
    stdin: keys as unknown as NodeJS.ReadStream, // and a KeyStream have
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return {
    resized: () => stream.emit("resize"),
    unmount: () => {
      keys.stop();
      unmount();
    },
  };
}
