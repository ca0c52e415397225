// The live page: reads the state once, then follows the event stream. No framework, nothing from
// other hosts. Text reaches the document only as text nodes, so no value can become markup.

const TICKS_MISSED_MS = 4000; // the server ticks every second; four missed ticks are a lost link
const SETTLE_MS = 150; // alarms come in bursts: read them again this long after the first change
const READ_LIMIT_MS = 5000; // an answer that takes longer counts as none
const RETRY_MS = 1000; // pause after a reading that failed
const CASES = 1, ALL = 2; // what is to be read again: alarms, incidents and commands, or everything
const BANK = 8; // more properties than this are summed up in one line

const $ = (id) => document.getElementById(id);
const state = {
  language: firstLanguage(),
  texts: {}, schools: [], school: "", devices: new Map(), alarms: [], incidents: [], commands: [],
  heard: {}, serverNow: 0, tickAt: 0, lastData: 0, readAt: 0, old: false, live: false, seen: null,
};

// ---- words ------------------------------------------------------------------------------------

function text(key, values = {}) {
  const words = state.texts[key] ?? key.replace(/^[a-z]+-/, "");
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// The address may name a language (?lang=zh); else the reader's last choice, else the browser's.
function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = asked ?? localStorage.getItem("language") ?? navigator.language;
  return kept.startsWith("zh") ? "zh" : "en";
}
const titled = (titles) => titles?.[state.language] ?? titles?.en ?? "";
const now = () => state.serverNow + (performance.now() - state.tickAt);

function span(ms) {
  const s = Math.max(0, ms) / 1000;
  if (s < 60) return text("s", { n: s < 10 ? s.toFixed(1) : Math.floor(s) });
  if (s < 3600) return text("min", { n: Math.floor(s / 60) });
  if (s < 86400) return text("h", { n: Math.floor(s / 3600) });
  return text("d", { n: Math.floor(s / 86400) });
}
const age = (ms) => (ms < 1000 ? text("ms") : span(Math.floor(ms / 1000) * 1000).replace(".0", ""));

function clockTime(iso, zone = currentSchool()?.zone) {
  return new Intl.DateTimeFormat(state.language, {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone,
  }).format(typeof iso === "number" ? iso : Date.parse(iso));
}
const between = (from, to) => span(Date.parse(to) - Date.parse(from));
const currentSchool = () => state.schools.find((school) => school.id === state.school);

function valueWords(property) {
  const { value } = property;
  if (value === null) return "–";
  if (typeof value === "boolean") return text(String(value));
  if (typeof value === "number" && !Number.isInteger(value)) return String(Math.round(value * 100) / 100);
  return String(value);
}

// ---- small DOM --------------------------------------------------------------------------------

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") node.addEventListener("click", value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== false));
  return node;
}
function put(node, words) {
  if (node.textContent !== words) node.textContent = words;
}
function chip(stateName, symbol, words) {
  return make("span", { class: "chip", "data-state": stateName },
    make("span", { "aria-hidden": "true" }, symbol), words);
}
/** Put new children in place of the old ones and give the keyboard its place back. */
function refill(node, children) {
  const focus = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  node.replaceChildren(...children);
  if (focus) node.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
}

// ---- alarms and incidents ---------------------------------------------------------------------

const SEVERITY_SYMBOL = { alarm: "▲", warning: "!", observation: "i" };
const RESULT = {
  confirmed: ["good", "✓"], refused: ["bad", "✕"], "not executed": ["bad", "✕"], unknown: ["uncertain", "?"],
};

function stamp(incident, name, by) {
  const at = incident[name];
  const notes = [];
  if (at && name !== "sensed") notes.push(text("after", { time: between(incident.sensed, at) }));
  if (at && by) notes.push(text("by", { name: by }));
  return make("div", { class: at ? "stamp done" : "stamp" },
    make("dt", {}, `${at ? "✓" : "○"} ${text(name)}`),
    make("dd", {}, at ? clockTime(at) : text("not-yet"), make("small", {}, notes.join(" · "))));
}

function recipient(incident, one) {
  const words = [one.delivered
    ? text("delivered", { time: between(incident.opened, one.delivered) }) : text("not-delivered")];
  if (one.arrived) words.push(text("arrived", { time: between(incident.opened, one.arrived) }));
  const answered = one.answer ? text(`answer-${one.answer}`) : text("no-answer");
  const look = one.answer === "declined" ? ["uncertain", "–"] : one.answer || one.arrived
    ? ["good", "✓"] : one.delivered ? ["wait", "…"] : ["uncertain", "○"];
  return make("li", {},
    make("span", {}, titled(one.title), " ", make("small", {}, text(`role-${one.role}`)),
      one.capable ? null : make("small", {}, ` · ${text("witness")}`)),
    make("small", {}, words.join(" · ")), chip(look[0], look[1], answered));
}

function planCommand(command) {
  const device = state.devices.get(command.device);
  const action = device?.actions.find((one) => one.name === command.action);
  const [look, symbol] = RESULT[command.result] ?? ["wait", "…"];
  return make("li", {},
    make("span", {}, device ? titled(device.title) : command.device, " ",
      make("small", {}, action ? titled(action.title) : command.action)),
    command.result_reason ? make("small", {}, command.result_reason) : null,
    chip(look, symbol, text(`result-${command.result ?? "pending"}`)));
}

function incidentCard(incident) {
  const given = state.commands.filter((one) => one.reason.startsWith(`${incident.id}:`)).reverse();
  const station = incident.recipients.find((one) => one.role === "station");
  const resource = `/api/incidents/${encodeURI(incident.id)}`;
  const buttons = [];
  if (incident.open && station && !incident.acknowledged) {
    buttons.push(make("button", { class: "primary", type: "button", "data-key": `s${incident.id}`, on: () =>
      send(`${resource}/answers`, { responder: station.responder, answer: "acknowledged" }).then(say) },
    text("station-acknowledge")));
  }
  if (incident.open) {
    buttons.push(make("button", { type: "button", "data-key": `h${incident.id}`, on: () =>
      ask("handle", `${resource}/handle`, title(incident)) }, text("handle")));
  }
  return make("article", { class: incident.open ? "case open" : "case over" },
    make("div", { class: "head" },
      incident.open ? chip("alarm", "▲", text("open")) : chip("good", "✓", text("closed")),
      make("h3", {}, title(incident)), make("span", { class: "quiet push" }, incident.id)),
    make("dl", { class: "stamps" }, stamp(incident, "sensed"), stamp(incident, "warned"),
      stamp(incident, "acknowledged"), stamp(incident, "handled", incident.handled_by)),
    incident.handled_reason ? make("p", { class: "quiet" }, incident.handled_reason) : null,
    make("div", { class: "columns" },
      make("div", {}, make("h4", {}, text("recipients")),
        make("ul", {}, ...incident.recipients.map((one) => recipient(incident, one)))),
      make("div", {}, make("h4", {}, text("commands")), given.length
        ? make("ul", {}, ...given.map(planCommand)) : make("p", { class: "quiet" }, text("no-commands")))),
    buttons.length ? make("div", { class: "buttons" }, ...buttons) : null);
}
const where = (one) => [one.place_title, ...(one.other_places ?? []).map((other) => other.title)].map(titled).join(" + ");
const title = (one) => `${text(`kind-${one.kind}`)} · ${where(one)}`;

function alarmCard(alarm) {
  const resource = `/api/alarms/${encodeURI(alarm.id)}`;
  const look = alarm.standing ? alarm.severity : "wait";
  const notes = [titled(alarm.device_title), text("since", { time: clockTime(alarm.sensed) })];
  if (alarm.acknowledged_by) notes.push(`${text("answer-acknowledged")}: ${alarm.acknowledged_by}`);
  if (alarm.reset_by) notes.push(`${text("reset")}: ${alarm.reset_by} – ${alarm.reset_reason}`);
  return make("article", { class: alarm.standing ? "alarm" : "alarm over", "data-severity": look },
    make("div", { class: "head" }, chip(look, SEVERITY_SYMBOL[alarm.severity], text(`severity-${alarm.severity}`)),
      make("h3", {}, title(alarm)),
      make("strong", { class: "digits" }, alarm.count > 1 ? text("times", { count: alarm.count }) : ""),
      make("span", { class: "push quiet" }, text(`state-${alarm.state}`))),
    make("div", { class: "row" }, make("p", { class: "quiet" }, notes.join(" · ")),
      make("div", { class: "buttons" }, ...alarm.may.map((event) =>
        make("button", { type: "button", class: alarm.severity === "alarm" ? "primary" : null, "data-key": `${event}${alarm.id}`, on: () =>
          ask(event, `${resource}/${event}`, `${title(alarm)} · ${titled(alarm.device_title)}`) }, text(event))))));
}

function drawAlarms() {
  const mine = (one) => one.school === state.school;
  const rank = { alarm: 0, warning: 1, observation: 2 };
  const standing = state.alarms.filter((one) => one.standing && mine(one))
    .sort((a, b) => rank[a.severity] - rank[b.severity]);
  const open = state.incidents.filter((one) => one.open && mine(one));
  const past = [...state.incidents.filter((one) => !one.open && mine(one)).map(incidentCard),
    ...state.alarms.filter((one) => !one.standing && mine(one)).map(alarmCard)];
  refill($("incident-list"), open.map(incidentCard));
  refill($("alarm-list"), standing.map(alarmCard));
  refill($("past-list"), past);
  $("past").hidden = past.length === 0;
  $("all-quiet").hidden = standing.length + open.length > 0;
  $("alarm-count").hidden = standing.length === 0;
  put($("alarm-count"), String(standing.length));
  document.title = `${standing.length ? `(${standing.length}) ` : ""}${titled(currentSchool()?.title)}`;
  announce(standing);
}

/** Say why something did not work, where a dialog does not. */
function say(refused) {
  put($("trouble"), refused ? text("failed", { reason: refused }) : "");
  $("trouble").hidden = !refused;
}

/** Say new alarms aloud to screen readers, once each. */
function announce(standing) {
  const fresh = state.seen ? standing.filter((one) => !state.seen.has(one.id)) : [];
  state.seen = new Set(standing.map((one) => one.id));
  if (fresh.length) put($("said"), fresh.map((one) => text("new-alarm",
    { kind: text(`kind-${one.kind}`), place: titled(one.place_title) })).join(". "));
}

// ---- devices ----------------------------------------------------------------------------------

const QUALITY_SYMBOL = { good: "✓", uncertain: "!", bad: "✕" };
const rows = new Map(); // device|property → what changes in its row
const cards = new Map(); // device → its card and summary

function propertyRow(device, property, words) {
  const row = { node: make("div", { class: "property" }), value: make("span", {}), unit: make("small", {}),
    quality: make("span", { class: "quality" }), word: make("span", {}), age: make("span", { class: "age" }),
    cause: make("span", { class: "cause" }), property, device };
  row.quality.append(row.word, row.age);
  row.node.append(make("span", {}, words), make("span", { class: "value" }, row.value, " ", row.unit),
    row.quality, row.cause);
  rows.set(`${device.id}|${property.name}`, row);
  return row.node;
}

function drawRow(row) {
  const { property } = row;
  put(row.value, valueWords(property));
  put(row.unit, property.unit ? text(`unit-${property.unit}`) : "");
  const pretended = property.kind && property.kind !== "measured" ? ` · ${text(`kind-${property.kind}`)}` : "";
  put(row.word, `${QUALITY_SYMBOL[property.quality]} ${text(`quality-${property.quality}`)}${pretended}`);
  put(row.cause, property.quality === "good" ? "" : state.texts[`cause-${property.cause}`] ?? property.cause);
  row.cause.hidden = property.quality === "good" || !property.cause;
  row.quality.dataset.state = property.quality;
  row.node.classList.toggle("bad", property.quality === "bad");
  drawAge(row);
}

function drawAge(row) {
  const { property, device } = row;
  if (!property.receive_time) { put(row.age, ""); return; }
  let since = Date.parse(property.receive_time);
  if (property.quality !== "bad" && state.heard[device.id]) since = Math.max(since, Date.parse(state.heard[device.id]));
  put(row.age, age(now() - since));
}

function properties(device) {
  if (device.properties.length <= BANK) {
    return make("div", { class: "properties" }, ...device.properties.map((one) =>
      propertyRow(device, one, titled(one.title))));
  }
  const numbered = device.properties.map((one) =>
    propertyRow(device, one, `${titled(one.title)} ${one.name.match(/\d+/)?.[0] ?? one.name}`));
  const sum = make("p", {});
  cards.get(device.id).sum = sum;
  return make("div", { class: "properties" }, sum, make("details", {},
    make("summary", {}, text("show-all", { count: numbered.length })), ...numbered));
}

function deviceCard(device) {
  const card = { node: make("article", { class: "device" }), status: make("span", { class: "chip" }), device };
  cards.set(device.id, card);
  const tags = [];
  if (device.panic) tags.push(chip("plain", "▲", text("panic")));
  if (device.grade) tags.push(chip(device.grade === "counted" ? "good" : "uncertain",
    device.grade === "counted" ? "✓" : "!", text(`grade-${device.grade}`)));
  if (device.simulated) tags.push(chip("simulated", "◇", text("simulated-device")));
  card.node.append(
    make("div", { class: "head" }, make("div", {}, make("h4", {}, titled(device.title)),
      titled(device.title) === titled(device.capability_title) ? null
        : make("p", { class: "quiet" }, titled(device.capability_title))), card.status),
    make("div", { class: "tags" }, ...tags), properties(device),
    make("p", { class: "foot" }, device.product ? `${device.product} · ${device.link}` : text("no-link")));
  return card.node;
}

function drawCard(card) {
  const count = { good: 0, uncertain: 0, bad: 0 };
  for (const one of card.device.properties) count[one.quality] += 1;
  const worst = count.bad ? "bad" : count.uncertain ? "uncertain" : "good";
  card.status.dataset.state = worst;
  put(card.status, `${QUALITY_SYMBOL[worst]} ${text(`quality-${worst}`)}`);
  card.node.classList.toggle("bad", worst === "bad");
  card.worst = worst;
  if (card.sum) {
    const told = card.device.properties.filter((one) => one.quality !== "bad");
    const yes = told.filter((one) => one.value === true).length;
    put(card.sum, `${titled(card.device.properties[0].title)}: ${text("bank", { yes, no: told.length - yes, bad: count.bad })}`);
  }
}

function drawDevices() {
  rows.clear();
  cards.clear();
  const places = new Map();
  for (const device of state.devices.values()) {
    if (device.school !== state.school) continue;
    if (!places.has(device.place)) places.set(device.place, { title: titled(device.place_title), devices: [] });
    places.get(device.place).devices.push(device);
  }
  refill($("device-list"), [...places.values()].map((place) => make("div", { class: "place" },
    make("h3", {}, place.title), make("div", { class: "cards" }, ...place.devices.map(deviceCard)))));
  rows.forEach(drawRow);
  cards.forEach(drawCard);
  drawSum();
}
function drawSum() {
  const all = [...cards.values()];
  put($("device-sum"), text("device-sum",
    { good: all.filter((card) => card.worst === "good").length, total: all.length }));
}

function changed(record, at) {
  const property = state.devices.get(record.device)?.properties.find((one) => one.name === record.property);
  if (!property) return;
  Object.assign(property, { value: record.value, quality: record.quality, cause: record.cause,
    receive_time: at, kind: property.kind ?? "measured" });
  const row = rows.get(`${record.device}|${record.property}`);
  if (!row) return;
  drawRow(row);
  drawCard(cards.get(record.device));
  drawSum();
}

// ---- frame ------------------------------------------------------------------------------------

function drawFrame() {
  const school = currentSchool();
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-text]").forEach((node) => put(node, text(node.dataset.text)));
  document.querySelectorAll("[data-language]").forEach((node) =>
    node.setAttribute("aria-pressed", String(node.dataset.language === state.language)));
  put($("school"), titled(school?.title) || "Gatehouse");
  put($("school-facts"), school ? text("school-facts", { devices: school.devices, places: school.places.length }) : "");
  put($("zone"), school?.zone ?? "");
  $("school-choice").hidden = state.schools.length < 2;
  $("school-choice").replaceChildren(...state.schools.map((one) =>
    make("option", { value: one.id, selected: one.id === state.school }, titled(one.title))));
  $("simulated").hidden = !school?.simulated.length;
  $("simulated-list").replaceChildren(...(school?.simulated ?? []).map((one) => make("li", {}, titled(one))));
  drawLink();
}

function drawLink() {
  const silent = state.lastData && performance.now() - state.tickAt > TICKS_MISSED_MS;
  // Ticks prove that the server lives, not that what stands here could be read.
  const lost = state.old || (Boolean(state.lastData) && (silent || !state.live));
  const look = lost ? ["bad", "✕", "link-lost"] : state.live ? ["good", "●", "link-live"] : ["wait", "…", "link-wait"];
  $("link").dataset.state = look[0];
  put($("link-symbol"), look[1]);
  put($("link-word"), text(look[2]));
  document.body.classList.toggle("is-lost", lost);
  const since = state.old ? state.readAt : state.lastData;
  if (lost && since && state.texts["lost-title"]) { // else the words of index.html stand
    put($("lost-title"), text("lost-title", { time: clockTime(since) }));
    put($("lost-text"), text("lost-text"));
  }
  $("lost").hidden = !lost;
  return lost;
}

function drawTime() {
  const lost = drawLink();
  if (!state.lastData) return;
  put($("clock"), clockTime(lost ? state.lastData : now()));
  if (!lost) rows.forEach(drawAge);
}

function drawAll() {
  drawFrame();
  drawDevices();
  drawAlarms();
  drawTime();
}

// ---- talking to the server --------------------------------------------------------------------

async function get(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(READ_LIMIT_MS) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
/** Send a request; returns why it was refused, or nothing. */
async function send(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return answer.ok ? "" : (await answer.json()).detail;
  } catch {
    return text("no-server");
  }
}

async function loadCases() {
  [state.alarms, state.incidents, state.commands] =
    await Promise.all([get("/api/alarms"), get("/api/incidents"), get("/api/commands")]);
}
async function loadAll() {
  const [texts, schools, devices] = await Promise.all(
    [get(`/api/messages/${state.language}`), get("/api/schools"), get("/api/devices"), loadCases()]);
  Object.assign(state, { texts, schools, devices: new Map(devices.map((one) => [one.id, one])) });
  if (!currentSchool()) state.school = schools[0]?.id ?? "";
  drawAll();
}

const pause = (ms) => new Promise((resume) => { setTimeout(resume, ms); });
let wanted = 0;
let reading = false;
/** Read again until it worked and nothing more is wanted; one reading at a time, so that no late
 *  answer covers a newer one. What changes meanwhile delays nothing: it is read once more after. */
async function readAgain(what) {
  wanted = Math.max(wanted, what);
  if (reading) return;
  reading = true;
  while (wanted) {
    if (wanted === CASES) await pause(SETTLE_MS);
    const part = wanted;
    wanted = 0;
    const at = state.serverNow;
    try {
      if (part === ALL) await loadAll();
      else { await loadCases(); drawAlarms(); }
      Object.assign(state, { readAt: at || state.serverNow, old: false });
    } catch (error) {
      console.error(error);
      wanted = Math.max(wanted, part);
      state.old = true;
      drawLink();
      await pause(RETRY_MS);
    }
  }
  reading = false;
  drawLink();
}

function follow() {
  const stream = new EventSource("/api/events");
  stream.addEventListener("tick", (event) => {
    const tick = JSON.parse(event.data);
    Object.assign(state, { heard: tick.heard, serverNow: Date.parse(tick.now), tickAt: performance.now(),
      lastData: Date.parse(tick.now), live: true });
    drawTime();
  });
  stream.addEventListener("output", (event) => {
    const { type, at, record } = JSON.parse(event.data);
    if (type === "PropertyChanged") changed(record, at);
    else if (!type.startsWith("Device")) readAgain(CASES);
  });
  stream.addEventListener("reset", () => readAgain(ALL));
  stream.addEventListener("error", () => {
    state.live = false;
    drawLink();
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 1000);
  });
  // Whatever was missed while the stream was down is read again as a whole.
  stream.addEventListener("open", () => readAgain(ALL));
}

// ---- asking a person --------------------------------------------------------------------------

let asked = null;
function ask(action, path, about) {
  asked = { action, path };
  put($("ask-title"), text(action));
  put($("ask-about"), about);
  put($("ask-send"), text(action));
  $("ask-reason-line").hidden = action === "acknowledge";
  $("ask-reason").required = action !== "acknowledge";
  $("ask-reason").value = "";
  $("ask-name").value = sessionStorage.getItem("name") ?? "";
  $("ask-error").hidden = true;
  $("ask").showModal();
  ($("ask-name").value && action !== "acknowledge" ? $("ask-reason") : $("ask-name")).focus();
}
$("ask-cancel").addEventListener("click", () => $("ask").close());
$("ask-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { by: $("ask-name").value.trim() };
  if (asked.action !== "acknowledge") body.reason = $("ask-reason").value.trim();
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

document.querySelectorAll("[data-language]").forEach((button) => button.addEventListener("click", () => {
  state.language = button.dataset.language;
  localStorage.setItem("language", state.language);
  readAgain(ALL);
}));
$("school-choice").addEventListener("change", (event) => {
  state.school = event.target.value;
  state.seen = null;
  drawAll();
});

setInterval(drawTime, 500);
follow();
