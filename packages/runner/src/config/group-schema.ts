/** `train.groups`: parameters that are trained otherwise. */
import { ROLES } from "@ablate/core";
import { hint } from "@ablate/text";
import { z } from "zod";
import { isRecord } from "./canonical-json.ts";
import {
  type RateConfig,
  type RateCurve,
  type StepRates,
  type WrittenRates,
  writtenRates,
} from "./rate-schema.ts";
import { about, either, nonNegative } from "./value-schemas.ts";

/** A group of a resolved config. */
export type GroupConfig = {
  readonly match: string;
  readonly lr?: number | RateConfig;
  readonly weight_decay?: number;
};

type GroupWith<Rates> = {
  readonly match: string;
  readonly lr?: number | Rates | undefined;
  readonly weight_decay?: number | undefined;
};

/** A group with all settings of its rate. */
export type GroupSettings = GroupWith<StepRates | RateCurve>;

const ROLE = "role:";

const pattern = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const role = text.slice(ROLE.length);
    if (!text.startsWith(ROLE) || ROLES.some((one) => one === role)) return;
    context.addIssue({ code: "custom", message: `unknown role ${role}${hint(role, ROLES)}` });
  });

const number = nonNegative();

const rate = either<number | WrittenRates>([number, writtenRates], (value) =>
  isRecord(value) ? writtenRates : number,
);

const group = z.strictObject({
  match: about(
    pattern.meta({ otherwise: "required" }),
    "names of parameters, where `*` matches anything, or `role:bias`",
    "*.bias",
  ),
  lr: about(
    rate
      .optional()
      .meta({ title: "rate from 0, map of step to rate, or curve", otherwise: "`train.lr`" }),
    "their learning rate; a number follows the shape of `train.lr`, a schedule replaces it",
    0.01,
  ),
  weight_decay: about(
    nonNegative().optional().meta({ otherwise: "the optimiser's" }),
    "their weight decay",
    0,
  ),
});

export const GROUP_SETTINGS: z.ZodObject = group;

export const groups: z.ZodType<GroupWith<WrittenRates>[]> = z.array(group).max(100);
