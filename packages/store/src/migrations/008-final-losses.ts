/** The view `effects` leaves out what a run was evaluated at before it diverged or failed. */
export const finalLosses = "";
