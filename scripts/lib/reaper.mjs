/**
 * Waits until its parent is gone (its standard input closes) and then ends the process groups it was told of, one
 * number a line. Without it, `kill -9` of `npm start` would leave a worker behind that holds the port.
 */
import process from "node:process";

let text = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => {
  text += chunk;
});
process.stdin.on("end", () => {
  for (const line of text.split("\n").filter((group) => group !== "")) {
    try {
      process.kill(-Number(line), "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") {
        throw error;
      }
    }
  }
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    // stays until its parent is gone
  });
}
