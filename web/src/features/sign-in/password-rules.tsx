import type { JSX } from "solid-js";
import { MINIMUM_PASSWORD_LENGTH } from "../../../../contract/auth.ts";
import { classNames } from "../../ui/class-names.ts";
import { Icon } from "../../ui/icon.tsx";

/** True when the rule that can be judged here holds; whether it is a common password is judged by the server. */
export function isLongEnough(password: string): boolean {
  return password.length >= MINIMUM_PASSWORD_LENGTH;
}

export function PasswordRules(props: { password: string }): JSX.Element {
  const left = (): number => Math.max(0, MINIMUM_PASSWORD_LENGTH - props.password.length);
  return (
    <ul class="flex flex-col gap-0.5 text-sm text-muted">
      <li class={classNames("flex items-center gap-1.5", isLongEnough(props.password) && "text-up")}>
        <Icon name={isLongEnough(props.password) ? "check" : "more"} class="size-3" />
        At least {MINIMUM_PASSWORD_LENGTH} characters{left() > 0 && props.password !== "" ? `: ${left()} to go` : ""}
      </li>
      <li class="flex items-center gap-1.5">
        <Icon name="more" class="size-3" />
        Not one of the common ones
      </li>
      <li class="flex items-center gap-1.5">
        <Icon name="more" class="size-3" />
        10 wrong attempts lock signing in for 15 min
      </li>
    </ul>
  );
}
