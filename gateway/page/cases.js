// Alarms and incidents: what happened, who was told, who comes, what is to be done.

import {
  $, ask, between, chip, clockTime, currentSchool, make, now, put, refill, say, send, span, state, tell, text, titled,
} from "./base.js";

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

/** How one recipient stands: the chip, and what there is to say beside it. */
function reached(incident, one) {
  if (one.arrived) return ["good", "✓", text("arrived", { time: between(incident.opened, one.arrived) })];
  if (one.released) return ["plain", "–", text("released")];
  if (one.answer === "declined") return ["uncertain", "–", text("answer-declined")];
  if (one.overdue) return ["bad", "!", text("overdue")];
  if (one.answer) return ["good", "✓", text(`answer-${one.answer}`)];
  if (!one.channel) return ["bad", "✕", text("no-channel")];
  if (one.delivered) return ["wait", "…", text("no-answer")];
  return one.undelivered ? ["bad", "✕", text("undelivered")] : ["uncertain", "○", text("not-delivered")];
}

function recipient(incident, one) {
  const words = [];
  if (one.delivered) words.push(text("delivered", { time: between(incident.opened, one.delivered) }));
  if (one.expected && !one.arrived) words.push(text("expected", { time: clockTime(one.expected) }));
  return make("li", {},
    make("span", {}, who(one), one.capable ? null : make("small", {}, ` · ${text("witness")}`)),
    make("small", {}, words.join(" · ")), chip(...reached(incident, one)));
}
/** A name, and what they are where the name does not say it. */
function who(one) {
  const role = text(`role-${one.role}`);
  const name = titled(one.title);
  return make("span", {}, name, name.toLowerCase() === role.toLowerCase() ? null : make("small", {}, ` ${role}`));
}
/** Whom nothing from here reaches: somebody takes the telephone. */
function toCall(incident) {
  const found = incident.recipients.filter((one) => silent(one) && !one.channel);
  return found.length && incident.open ? make("p", { class: "no-channel" },
    make("strong", {}, text("call-them")), " ", found.map((one) => titled(one.title)).join(text("and"))) : null;
}
const silent = (one) => !one.delivered && !one.answer && !one.arrived && !one.released;
// Who is there, who comes, who was reached, who was not.
const rank = (one) => (one.arrived ? 0 : one.answer && one.answer !== "declined" ? 1 : one.delivered ? 2 : 3);

function checklist(incident) {
  return incident.checklist.map((one) => {
    const late = !one.done && Date.parse(one.due) < now();
    const done = one.done ? text("done-by", { name: one.by, time: between(incident.opened, one.done) })
      : text(late ? "was-due" : "due", { time: clockTime(one.due) });
    return make("li", {}, make("span", {}, titled(one.title), " ", make("small", {}, text(`role-${one.role}`))),
      make("small", { class: late ? "late" : null }, done),
      one.done || !incident.open ? chip(one.done ? "good" : "bad", one.done ? "✓" : "✕", text(one.done ? "done" : "not-done"))
        : make("button", { type: "button", class: "small", "data-key": `c${incident.id}${one.step}`, on: () =>
          tell("CompleteStep", titled(one.title), { incident: incident.id, step: one.step }) }, text("tick")));
  });
}

/** What else must be known of a case, one line each. */
function notes(incident) {
  const lines = incident.escalations.map((one) => text(one.told.length ? "escalated" : "escalated-nobody", {
    time: clockTime(one.at), after: span(one.after_s * 1000).replace(".0", ""), names: one.told.map(titled).join(text("and")) }));
  lines.push(...videoLines(incident.video));
  return lines.length ? make("ul", { class: "notes" }, ...lines.map((line) => make("li", {}, line))) : null;
}

/** The recordings of an event, one line for each camera: its stretches as one. */
export function videoLines(video) {
  const found = new Map();
  for (const one of video) {
    for (const camera of one.cameras) {
      const known = found.get(camera.id) ?? { title: camera.title, start: one.start, until: one.until };
      found.set(camera.id, { title: camera.title, dark: one.dark.includes(camera.id),
        start: known.start < one.start ? known.start : one.start, until: known.until > one.until ? known.until : one.until });
    }
  }
  return [...found.values()].map((one) => text("video", { cameras: titled(one.title) + (one.dark ? text("dark") : ""),
    from: clockTime(one.start), until: clockTime(one.until) }));
}

function notCalled(incident) {
  if (!incident.not_called.length) return null;
  return make("details", { class: "not-called", "data-id": `n${incident.id}` },
    make("summary", {}, text("not-called", { n: incident.not_called.length })),
    make("ul", {}, ...incident.not_called.map((one) => make("li", {}, one.role ? who(one) : make("span", {}, titled(one.title)),
    make("small", {}, titled(one.reason_title) + (one.busy_with ? ` · ${one.busy_with}` : ""))))));
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

function incidentButtons(incident) {
  if (!incident.open) return null;
  const station = incident.recipients.find((one) => one.role === "station");
  const resource = `/api/incidents/${encodeURI(incident.id)}`;
  const buttons = [];
  if (station && !incident.acknowledged) {
    buttons.push(make("button", { class: "primary", type: "button", "data-key": `s${incident.id}`, on: () =>
      send(`${resource}/answers`, { responder: station.responder, answer: "acknowledged" }).then(say) },
    text("station-acknowledge")));
  }
  if (incident.level === "staff") {
    buttons.push(make("button", { class: "primary", type: "button", "data-key": `p${incident.id}`, on: () =>
      tell("RaiseHelpLevel", title(incident), { incident: incident.id }, true) }, text("tell-RaiseHelpLevel")));
  }
  buttons.push(make("button", { type: "button", "data-key": `h${incident.id}`, on: () =>
    ask("handle", `${resource}/handle`, title(incident)) }, text("handle")));
  return make("div", { class: "buttons" }, ...buttons);
}

function column(heading, items, none) {
  return make("div", {}, make("h4", {}, heading), items.length ? make("ul", {}, ...items)
    : make("p", { class: "quiet" }, none));
}

function incidentCard(incident) {
  const given = state.commands.filter((one) => one.reason.startsWith(`${incident.id}:`)).reverse();
  const told = incident.recipients.filter((one) => !incident.open || one.channel || !silent(one))
    .sort((a, b) => rank(a) - rank(b));
  return make("article", { class: incident.open ? "case open" : "case over" },
    make("div", { class: "head" },
      incident.open ? chip("alarm", "▲", text("open")) : chip("good", "✓", text("closed")),
      make("h3", {}, title(incident)),
      incident.level === "staff" ? chip("warning", "!", text("staff-level")) : null,
      make("span", { class: "quiet push" }, incident.id)),
    make("dl", { class: "stamps" }, stamp(incident, "sensed"), stamp(incident, "warned"),
      stamp(incident, "acknowledged"), stamp(incident, "handled", incident.handled_by)),
    incident.handled_reason ? make("p", { class: "quiet" }, incident.handled_reason) : null,
    incidentButtons(incident),
    notes(incident),
    make("div", { class: "columns" },
      make("div", {}, column(text("recipients"), told.map((one) => recipient(incident, one)), text("none-told")),
        toCall(incident), notCalled(incident)),
      make("div", {}, incident.checklist.length ? column(text("checklist"), checklist(incident), "") : null,
        column(text("commands"), given.map(planCommand), text("no-commands")))));
}
const where = (one) => [one.place_title, ...(one.other_places ?? []).map((other) => other.title)].map(titled).join(" + ");
const title = (one) => `${text(`kind-${one.kind}`)} · ${where(one)}`;

/** What may be done with an alarm now. */
export function alarmButtons(alarm) {
  const resource = `/api/alarms/${encodeURI(alarm.id)}`;
  return make("div", { class: "buttons" }, ...alarm.may.map((event) =>
    make("button", { type: "button", class: alarm.severity === "alarm" ? "primary" : null, "data-key": `${event}${alarm.id}`, on: () =>
      ask(event, `${resource}/${event}`, `${title(alarm)} · ${titled(alarm.device_title)}`,
        { reason: event !== "acknowledge" }) }, text(event))));
}

function alarmCard(alarm) {
  const look = alarm.standing ? alarm.severity : "wait";
  const notes = [titled(alarm.device_title), text("since", { time: clockTime(alarm.sensed) })];
  if (alarm.acknowledged_by) notes.push(`${text("answer-acknowledged")}: ${alarm.acknowledged_by}`);
  if (alarm.reset_by) notes.push(`${text("reset")}: ${alarm.reset_by} – ${alarm.reset_reason}`);
  return make("article", { class: alarm.standing ? "alarm" : "alarm over", "data-severity": look },
    make("div", { class: "head" }, chip(look, SEVERITY_SYMBOL[alarm.severity], text(`severity-${alarm.severity}`)),
      make("h3", {}, title(alarm)),
      make("strong", { class: "digits" }, alarm.count > 1 ? text("times", { count: alarm.count }) : ""),
      make("span", { class: "push quiet" }, text(`state-${alarm.state}`))),
    make("div", { class: "row" }, make("p", { class: "quiet" }, notes.join(" · ")), alarmButtons(alarm)));
}

export function drawAlarms() {
  const mine = (one) => one.school === state.school;
  const order = { alarm: 0, warning: 1, observation: 2 };
  const standing = state.alarms.filter((one) => one.standing && mine(one))
    .sort((a, b) => order[a.severity] - order[b.severity]);
  const open = state.incidents.filter((one) => one.open && mine(one));
  const past = [...state.incidents.filter((one) => !one.open && mine(one)).map(incidentCard),
    ...state.alarms.filter((one) => !one.standing && mine(one)).map(alarmCard)];
  refill($("incident-list"), open.map(incidentCard));
  // An alarm that stands for an early warning is dealt with on the warning's card.
  const warned = (one) => state.warnings.some((warning) => !warning.handled && stands(one, warning));
  refill($("alarm-list"), standing.filter((one) => !warned(one)).map(alarmCard));
  refill($("past-list"), past);
  $("past").hidden = past.length === 0;
  $("all-quiet").hidden = standing.length + open.length > 0;
  $("alarm-count").hidden = standing.length === 0;
  put($("alarm-count"), String(standing.length));
  document.title = `${standing.length ? `(${standing.length}) ` : ""}${titled(currentSchool()?.title)}`;
  announce(standing);
}

/** Whether an alarm is the one that stands for an early warning. */
export const stands = (alarm, warning) => alarm.standing && alarm.kind === warning.kind && alarm.device === warning.device;

/** Say new alarms aloud to screen readers, once each. */
function announce(standing) {
  const fresh = state.seen ? standing.filter((one) => !state.seen.has(one.id)) : [];
  state.seen = new Set(standing.map((one) => one.id));
  if (fresh.length) put($("said"), fresh.map((one) => text("new-alarm",
    { kind: text(`kind-${one.kind}`), place: titled(one.place_title) })).join(". "));
}

