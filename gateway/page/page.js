// The live page: reads the state once, then follows the event stream. No framework, nothing from
// other hosts.

import { $, age, chip, clockTime, currentSchool, make, now, put, refill, state, text, titled, valueWords } from "./base.js";
import { drawAlarms } from "./cases.js";
import { drawGate } from "./gate.js";

const TICKS_MISSED_MS = 4000; // the server ticks every second; four missed ticks are a lost link
const SETTLE_MS = 150; // alarms come in bursts: read them again this long after the first change
const READ_LIMIT_MS = 5000; // an answer that takes longer counts as none
const RETRY_MS = 1000; // pause after a reading that failed
const BANK = 8; // more properties than this are summed up in one line

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
  drawGate();
  drawTime();
}

// ---- talking to the server --------------------------------------------------------------------

async function get(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(READ_LIMIT_MS) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
async function loadCases() {
  [state.alarms, state.incidents, state.commands] =
    await Promise.all([get("/api/alarms"), get("/api/incidents"), get("/api/commands")]);
}
async function loadGate() {
  [state.warnings, state.calls, state.duty, state.visits, state.functions] = await Promise.all(
    ["warnings", "calls", `duty?school=${state.school}`, "visits", `functions?school=${state.school}`]
      .map((part) => get(`/api/${part}`)));
}
async function loadAll() {
  const schools = await get("/api/schools");
  if (!schools.some((one) => one.id === state.school)) state.school = schools[0]?.id ?? "";
  const [texts, devices, channels] = await Promise.all([get(`/api/messages/${state.language}`),
    get("/api/devices"), get("/api/channels"), loadCases(), loadGate()]);
  Object.assign(state, { texts, schools, channels, devices: new Map(devices.map((one) => [one.id, one])) });
  drawAll();
}

const pause = (ms) => new Promise((resume) => { setTimeout(resume, ms); });
const wanted = new Set();
let reading = false;
/** Read again until it worked and nothing more is wanted; one reading at a time, so that no late
 *  answer covers a newer one. What changes meanwhile delays nothing: it is read once more after. */
async function readAgain(part) {
  wanted.add(part);
  if (reading) return;
  reading = true;
  while (wanted.size) {
    if (!wanted.has(ALL)) await pause(SETTLE_MS);
    const parts = wanted.has(ALL) ? [ALL] : [...wanted];
    wanted.clear();
    const at = state.serverNow;
    try {
      for (const one of parts) await PARTS[one]();
      Object.assign(state, { readAt: at || state.serverNow, old: false });
    } catch (error) {
      console.error(error);
      parts.forEach((one) => wanted.add(one));
      state.old = true;
      drawLink();
      await pause(RETRY_MS);
    }
  }
  reading = false;
  drawLink();
}
const CASES = "cases", GATE = "gate", ALL = "all";
const PARTS = {
  [CASES]: async () => { await loadCases(); drawAlarms(); drawGate(); },
  [GATE]: async () => { await loadGate(); drawAlarms(); drawGate(); },
  [ALL]: loadAll,
};
// What an output's topic makes old; devices tell their changes themselves.
const STALE = { alarms: CASES, incidents: CASES, commands: CASES,
  warnings: GATE, calls: GATE, duty: GATE, visits: GATE, functions: GATE };

function follow() {
  const stream = new EventSource("/api/events");
  stream.addEventListener("tick", (event) => {
    const tick = JSON.parse(event.data);
    Object.assign(state, { heard: tick.heard, serverNow: Date.parse(tick.now), tickAt: performance.now(),
      lastData: Date.parse(tick.now), live: true });
    drawTime();
  });
  stream.addEventListener("output", (event) => {
    const { type, topic, at, record } = JSON.parse(event.data);
    if (type === "PropertyChanged") changed(record, at);
    if (topic in STALE) readAgain(STALE[topic]);
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

document.querySelectorAll("[data-language]").forEach((button) => button.addEventListener("click", () => {
  state.language = button.dataset.language;
  localStorage.setItem("language", state.language);
  readAgain(ALL);
}));
$("school-choice").addEventListener("change", (event) => {
  state.school = event.target.value;
  state.seen = null;
  readAgain(ALL);
});

setInterval(drawTime, 500);
follow();
