/** Small changes of the state that many keys make. */
import type { ViewSettings } from "./settings.ts";
import type { State } from "./state.ts";

export function say(state: State, message: string): State {
  return { ...state, message };
}

export function adjusted(state: State, change: Partial<ViewSettings>): State {
  return { ...state, settings: { ...state.settings, ...change } };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

export function wrap(index: number, length: number): number {
  return length === 0 ? 0 : ((index % length) + length) % length;
}
