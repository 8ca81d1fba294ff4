/** Something the user can act on: printed as one sentence, without a stack, and the process ends with 1. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** Runs a script's main function; a Failure is shown as its sentence, a bug with its stack. */
export async function runMain(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
