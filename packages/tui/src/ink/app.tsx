import { Box, useInput, usePaste } from "ink";
import { type ReactElement, useSyncExternalStore } from "react";
import type { Frame } from "../frame/frame.ts";
import { keyNames } from "./key-names.ts";
import { Pane } from "./pane.tsx";

export type AppProps = {
  readonly subscribe: (onChange: () => void) => () => void;
  readonly frame: () => Frame;
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly onKey: (key: string) => void;
  readonly onPaste: (text: string) => void;
};

/** The panes of a frame from top to bottom; keys go to whoever made it. */
export function App({ subscribe, frame, size, onKey, onPaste }: AppProps): ReactElement {
  const { header, body, footer } = useSyncExternalStore(subscribe, frame);
  const { columns, rows } = size();
  useInput((input, key) => {
    for (const name of keyNames(input, key)) onKey(name);
  });
  usePaste(onPaste);

  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Pane id={0} rows={header.length} />
      <Box flexGrow={1} flexDirection="column">
        <Pane id={1} rows={body.length} />
      </Box>
      <Pane id={2} rows={footer.length} />
    </Box>
  );
}
