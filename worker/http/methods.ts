/** Which methods a path answers: what 405 needs and Hono does not tell. */
type Route = { readonly method: string; readonly path: string };

/** Methods of the routes whose pattern fits the path, sorted; none when the path is unknown. Middlewares do not count. */
export function methodsOf(routes: readonly Route[], path: string): string[] {
  const fitting = routes.filter((route) => route.method !== "ALL" && patternOf(route.path).test(path));
  return [...new Set(fitting.map((route) => route.method))].toSorted();
}

function patternOf(path: string): RegExp {
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/:\w+/g, "[^/]+")}$`);
}
