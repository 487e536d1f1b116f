export { decodeFrame, encodeFrame, type Frame, type FrameArray, FrameError } from "./frame.ts";
