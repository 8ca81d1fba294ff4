/**
 * Closing hibernating sockets. workerd does not answer a peer's close for us: without `close` in webSocketClose the browser
 * waits ten seconds and sees 1006.
 */
const REASON_BYTES = 123;
/** Codes that report a closure and may not be sent. */
const RESERVED = new Set([1004, 1005, 1006, 1015]);

type Closable = { close(code?: number, reason?: string): void };

/** The code to answer a peer's close with: reserved and impossible ones become 1000. */
export function answerableCode(code: number): number {
  const sendable = (code >= 1000 && code <= 1014 && !RESERVED.has(code)) || (code >= 3000 && code <= 4999);
  return sendable ? code : 1000;
}

/** Closes a socket; one that is closed already stays so. True when the close was sent. */
export function closeQuietly(socket: Closable, code: number, reason: string): boolean {
  try {
    socket.close(answerableCode(code), reason.slice(0, REASON_BYTES));
    return true;
  } catch {
    // The peer was faster: closed is what we wanted.
    return false;
  }
}
