// What is filtered stands in the address, so that it can be sent to somebody, and is there again after a reload.

const params = () => new URLSearchParams(location.search);

export const kept = (name) => params().get(name) ?? "";

export function keep(values) {
  const now = params();
  for (const [name, value] of Object.entries(values)) {
    if (value) now.set(name, value);
    else now.delete(name);
  }
  const query = now.toString();
  history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
}
