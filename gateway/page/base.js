// What every part of the page uses: what was read, the words, small DOM. Text reaches the document
// only as text nodes, so no value can become markup.

export const $ = (id) => document.getElementById(id);
export const state = {
  language: firstLanguage(),
  texts: {}, schools: [], school: "", devices: new Map(), alarms: [], incidents: [], commands: [],
  warnings: [], calls: [], duty: { posts: [], patrols: [], missed: [] }, visits: { visits: [], inside: [] },
  functions: [], channels: [],
  heard: {}, serverNow: 0, tickAt: 0, lastData: 0, readAt: 0, old: false, live: false, seen: null,
};

// ---- words ------------------------------------------------------------------------------------

export function text(key, values = {}) {
  const words = state.texts[key] ?? key.replace(/^[a-z]+-/, "");
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// The address may name a language (?lang=zh); else the reader's last choice, else the browser's.
export function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = asked ?? localStorage.getItem("language") ?? navigator.language;
  return kept.startsWith("zh") ? "zh" : "en";
}
export const titled = (titles) => titles?.[state.language] ?? titles?.en ?? "";
export const now = () => state.serverNow + (performance.now() - state.tickAt);

export function span(ms) {
  const s = Math.max(0, ms) / 1000;
  if (s < 60) return text("s", { n: s < 10 ? s.toFixed(1) : Math.floor(s) });
  if (s < 3600) return text("min", { n: Math.floor(s / 60) });
  if (s < 86400) return text("h", { n: Math.floor(s / 3600) });
  return text("d", { n: Math.floor(s / 86400) });
}
export const age = (ms) => (ms < 1000 ? text("ms") : span(Math.floor(ms / 1000) * 1000).replace(".0", ""));

export function clockTime(iso, zone = currentSchool()?.zone) {
  return new Intl.DateTimeFormat(state.language, {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone,
  }).format(typeof iso === "number" ? iso : Date.parse(iso));
}
export const between = (from, to) => span(Date.parse(to) - Date.parse(from));
export const currentSchool = () => state.schools.find((school) => school.id === state.school);

export function valueWords(property) {
  const { value } = property;
  if (value === null) return "–";
  if (typeof value === "boolean") return text(String(value));
  if (typeof value === "number" && !Number.isInteger(value)) return String(Math.round(value * 100) / 100);
  return String(value);
}

// ---- small DOM --------------------------------------------------------------------------------

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") node.addEventListener("click", value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== false));
  return node;
}
export function put(node, words) {
  if (node.textContent !== words) node.textContent = words;
}
export function chip(stateName, symbol, words) {
  return make("span", { class: "chip", "data-state": stateName },
    make("span", { "aria-hidden": "true" }, symbol), words);
}
/** Put new children in place of the old ones; the keyboard keeps its place, what is open stays so. */
export function refill(node, children) {
  const focus = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const opened = [...node.querySelectorAll("details[open][data-id]")].map((one) => one.dataset.id);
  node.replaceChildren(...children);
  for (const id of opened) node.querySelector(`details[data-id="${CSS.escape(id)}"]`)?.setAttribute("open", "");
  if (focus) node.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
}

// ---- asking the server ------------------------------------------------------------------------

/** Send a request; returns why it was refused, or nothing. */
export async function send(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return answer.ok ? "" : (await answer.json()).detail;
  } catch {
    return text("no-server");
  }
}
/** Say why something did not work, where a dialog does not. */
export function say(refused) {
  put($("trouble"), refused ? text("failed", { reason: refused }) : "");
  $("trouble").hidden = !refused;
}

let asked = null;
/** Ask for a name, and where it matters for a reason; `body` is sent with them. */
export function ask(action, path, about, { body = {}, reason = true } = {}) {
  asked = { path, body, reason };
  put($("ask-title"), text(action));
  put($("ask-about"), about);
  put($("ask-send"), text(action));
  $("ask-reason-line").hidden = !reason;
  $("ask-reason").required = reason;
  $("ask-reason").value = "";
  $("ask-name").value = sessionStorage.getItem("name") ?? "";
  $("ask-error").hidden = true;
  $("ask").showModal();
  ($("ask-name").value && reason ? $("ask-reason") : $("ask-name")).focus();
}
/** Give the engine an input of people; the name of who does it is asked for. */
export function tell(kind, about, body, reason = false) {
  ask(`tell-${kind}`, `/api/inputs/${kind}`, about, { body, reason });
}
$("ask-cancel").addEventListener("click", () => $("ask").close());
$("ask-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { ...asked.body, by: $("ask-name").value.trim() };
  if (asked.reason) body.reason = $("ask-reason").value.trim();
  $("ask-send").disabled = true;
  const refused = await send(asked.path, body);
  $("ask-send").disabled = false;
  if (refused) {
    put($("ask-error"), text("failed", { reason: refused }));
    $("ask-error").hidden = false;
    return;
  }
  sessionStorage.setItem("name", body.by);
  $("ask").close();
});
