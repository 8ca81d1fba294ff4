import { MAXIMUM_RESUME_GAP } from "../../contract/trader-socket.ts";

export type ResumePlan = { readonly type: "events"; readonly after: number } | { readonly type: "snapshot" };

/**
 * What a client that stands at (epoch, seq) is sent: the events it missed, or a snapshot when it belongs to another journal,
 * claims a future, or is more than MAXIMUM_RESUME_GAP behind.
 */
export function planResume(
  client: { readonly epoch: string | null; readonly seq: number },
  journal: { readonly epoch: string; readonly seq: number },
): ResumePlan {
  const gap = journal.seq - client.seq;
  if (client.epoch !== journal.epoch || gap < 0 || gap > MAXIMUM_RESUME_GAP) {
    return { type: "snapshot" };
  }
  return { type: "events", after: client.seq };
}
