import type { Theme } from "vitepress";
import theme from "vitepress/theme-without-fonts";
import "./style.css";

const own: Theme = theme;

export default own;
