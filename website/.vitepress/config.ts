import { defineConfig, type UserConfig } from "vitepress";
import { anchorOf, searchText, withFrames } from "../src/markdown.ts";
import { sidebar } from "../src/navigation.ts";
import { repositoryAddress } from "../src/repository.ts";
import { keptTitles } from "../src/titles.ts";

const titles = keptTitles();
const repository = repositoryAddress();

/** A curve that falls, as the icon; an address of its own would be asked for otherwise. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1e1e1e"/><path d="M3 3q1 8 10 9.500" fill="none" stroke="#29b8db" stroke-width="2" stroke-linecap="round"/></svg>`,
)}`;

const config: UserConfig = defineConfig({
  title: "ablate",
  description: "Watch a neural network learn, from the terminal",
  srcDir: "dist/pages",
  cacheDir: "dist/cache",
  head: [["link", { rel: "icon", href: ICON }]],
  markdown: {
    config: withFrames,
    anchor: { slugify: anchorOf },
    theme: { light: "github-light-high-contrast", dark: "github-dark" },
  },
  themeConfig: {
    nav: [
      { text: "Tutorial", link: "/tutorial" },
      ...(titles.has("gallery") ? [{ text: "Gallery", link: "/gallery" }] : []),
      { text: "Your own training", link: "/your-own-training" },
      { text: "Reference", link: "/commands" },
    ],
    sidebar: [...sidebar(titles)].map((group) => ({ ...group, items: [...group.items] })),
    outline: { level: [2, 3], label: "On this page" },
    search: { provider: "local", options: { _render: searchText } },
    ...(repository === undefined ? {} : { socialLinks: [{ icon: "github", link: repository }] }),
  },
});

export default config;
