import type { PrivateFrame } from "../ws/private-channels.ts";
import type { FaultBoard } from "./faults.ts";

/** What the armed faults make of the private frames of one moment. */
export function tamperFrames(frames: readonly PrivateFrame[], faults: FaultBoard): PrivateFrame[] {
  const kept = frames.filter((frame) => faults.take("dropFrame", frame.channel) === undefined);
  const doubled = kept.flatMap((frame) =>
    faults.take("duplicateFrame", frame.channel) === undefined ? [frame] : [frame, frame],
  );
  const reorder = doubled.length > 1 && faults.take("reorderFrames") !== undefined;
  return reorder ? doubled.reverse() : doubled;
}
