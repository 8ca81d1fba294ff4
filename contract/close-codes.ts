/** Why the server closes a socket. The client decides by the code alone whether and how it comes back. */
export const CLOSE_CODES = {
  /** Going away on purpose (deploy, restart): reconnect with jitter and resume. */
  goingAway: 1001,
  /** The session ended or was revoked: sign in again, do not retry. */
  sessionEnded: 4401,
  /** The origin or the trader is not this client's: do not retry. */
  forbidden: 4403,
  /** Nothing was heard for too long. */
  silent: 4408,
  /** Frames that are not in the contract. */
  badFrame: 4400,
  /** Too many frames sent, or too few read. */
  tooSlowOrTooFast: 4429,
} as const;

export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];
