import { createSignal, type JSX } from "solid-js";
import type { ProposalView } from "../../../../contract/assistant.ts";
import { rejectProposal } from "../../data/assistant-api.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { proposalTitle } from "./proposal-words.ts";

/** A proposal that is not wanted, with the trader's reason if there is one; both are kept with it. */
export function RejectDialog(props: {
  proposal: ProposalView;
  onChanged: (proposal: ProposalView) => void;
  onClose: () => void;
}): JSX.Element {
  const [reason, setReason] = createSignal("");
  return (
    <ActionDialog
      title="Reject this proposal?"
      description={`${proposalTitle(props.proposal)}. Nothing is ordered.`}
      action="Reject"
      run={(intent) => rejectProposal(props.proposal.id, reason().trim(), intent)}
      onDone={(proposal) => props.onChanged(proposal)}
      onClose={() => props.onClose()}
    >
      <TextField label="Why, if you want to note it" maxlength={500} value={reason()} onInput={setReason} />
    </ActionDialog>
  );
}
