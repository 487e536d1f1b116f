type Style = "bold" | "dim" | "green" | "red" | "yellow";

/** Styles text for a terminal, or leaves it plain. */
export type Paint = (style: Style, text: string) => string;
