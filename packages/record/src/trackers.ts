/** Logs of MLflow and Trackio: files of theirs can be told from others, and only what is in them tells whose they are. */
import type { FoundFile, LogFormat } from "./log.ts";
import { mlflowFolder } from "./mlflow/mlflow-folder.ts";
import { databases } from "./sqlite/databases.ts";

const KINDS = [databases, mlflowFolder];

export const trackers: LogFormat = {
  name: "mlflow",
  claims: (file) => KINDS.some(({ claims }) => claims(file)),
  getsMore: (file) => databases.claims(file),
  logs: (files, options) =>
    KINDS.flatMap(({ claims, logs }) =>
      logs(
        files.filter((file: FoundFile) => claims(file)),
        options,
      ),
    ),
};
