/** The view `effects`: no table changes, but views are made anew only with a migration. */
export const effects = "";
