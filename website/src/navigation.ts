/** What stands in the sidebar, in this order. */

type Group = {
  readonly title: string;
  readonly isFolded?: boolean;
  /** Pages without their `.md`; those that are not there are left out. `folder/` stands for all pages in it. */
  readonly pages: readonly string[];
};

export const GROUPS: readonly Group[] = [
  {
    title: "Start",
    pages: ["overview", "install", "tutorial", "your-own-training", "coming-from", "README"],
  },
  { title: "Gallery", pages: ["gallery"] },
  {
    title: "Guides",
    pages: [
      ...["record", "diagnostics", "learning-rates", "python", "machines", "scale", "engines"],
      ...["tensorflow", "lecture", "configs", "faq"],
    ],
  },
  {
    title: "Reference",
    pages: [
      ...[
        "commands",
        "tasks",
        "config",
        "ui",
        "filter",
        "compare",
        "report",
        "chart",
        "sql",
        "export",
      ],
      ...["json", "frames", "glossary"],
    ],
  },
  {
    title: "Project",
    pages: [
      ...["design", "architecture", "performance", "contributing", "stability", "changelog"],
      ...["security", "code_of_conduct", "data"],
    ],
  },
  { title: "Parts", isFolded: true, pages: ["clients/", "packages/"] },
];

/** Names that are shorter than the page's own title, or say more. */
const NAMES: Readonly<Record<string, string>> = {
  README: "All pages",
  overview: "Overview",
  tutorial: "Tutorial",
  chart: "Charts for papers",
  compare: "Compare",
  configs: "Example configs",
  record: "Logs of other programs",
  scale: "Very many runs",
  tensorflow: "Native TensorFlow",
  data: "The names",
};

/** What a page is called, in the sidebar and in links. */
export function nameOf(page: string, title: string | undefined): string {
  return NAMES[page] ?? title ?? page;
}

type Item = { readonly text: string; readonly link: string };

export type SidebarGroup = {
  readonly text: string;
  readonly collapsed?: boolean;
  readonly items: readonly Item[];
};

/** Makes the sidebar from the pages that there are and their titles; a page of its own heads its group. */
export function sidebar(titles: ReadonlyMap<string, string>): readonly SidebarGroup[] {
  return GROUPS.flatMap(({ title, isFolded, pages }) => {
    const items = pages
      .flatMap((page) => expanded(page, titles))
      .map((page) => ({ text: nameOf(page, titles.get(page)), link: `/${page}` }));
    const fold = isFolded === undefined ? {} : { collapsed: isFolded };
    return items.length === 0 ? [] : [{ text: title, ...fold, items }];
  });
}

function expanded(page: string, titles: ReadonlyMap<string, string>): readonly string[] {
  if (!page.endsWith("/")) return titles.has(page) ? [page] : [];
  return [...titles.keys()].filter((one) => one.startsWith(page)).sort();
}
