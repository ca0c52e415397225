// What goes on at the gate beside alarms: warnings and calls first, then duty, visitors, functions.

import { $, chip, clockTime, make, put, refill, state, tell, text, titled } from "./base.js";
import { alarmButtons, stands, videoLines } from "./cases.js";

const FAILED_SHOWN_MS = 600000; // a call that nobody took is shown for so long: it is never silent

const mine = (one) => one.school === state.school;
const named = (id) => state.devices.get(id)?.title;

// ---- warnings and calls -----------------------------------------------------------------------

function warningCard(warning) {
  const reached = warning.told.filter((one) => one.delivered).map((one) => titled(one.title));
  const lines = [text("warned-reached", { names: reached.join(text("and")) || "–" })];
  const unheard = warning.told.filter((one) => !one.delivered);
  if (unheard.length) lines.push(text("warned-unreached", { names: unheard.map((one) => titled(one.title)).join(text("and")) }));
  if (warning.unmanned.length) {
    lines.push(text("unmanned", { roles: warning.unmanned.map((role) => text(`role-${role}`)).join(text("and")) }));
  }
  lines.push(...videoLines(warning.video));
  const alarm = state.alarms.find((one) => stands(one, warning));
  const score = warning.score === null ? null : text("score", { score: Math.round(warning.score * 100) });
  const decide = warning.verdict || warning.kind !== "person-warning" ? []
    : ["the same person", "somebody else", "cannot be told"].map((verdict) =>
      make("button", { type: "button", "data-key": `${verdict}${warning.id}`, on: () =>
        tell("DecideHit", text(`verdict-${verdict}`), { hit: warning.id, verdict }, true) }, text(`verdict-${verdict}`)));
  return make("article", { class: "alarm", "data-severity": "warning" },
    make("div", { class: "head" }, chip("warning", "!", text("early-warning")),
      make("h3", {}, `${text(`kind-${warning.kind}`)} · ${titled(warning.place_title)}`),
      score ? make("strong", { class: "digits" }, score) : null,
      make("span", { class: "push quiet" }, `${titled(warning.device_title)} · ${clockTime(warning.sensed)}`)),
    make("ul", { class: "notes" }, ...lines.map((line) => make("li", {}, line))),
    warning.verdict ? make("p", { class: "quiet" }, `${text(`verdict-${warning.verdict}`)} · ${warning.decided_by}`) : null,
    decide.length ? make("div", { class: "buttons" }, ...decide) : null,
    alarm ? alarmButtons(alarm) : null);
}

function peer(call) {
  const people = state.schools.flatMap((school) => school.responders);
  return titled(people.find((one) => one.id === call.peer)?.title) || titled(named(call.peer)) || call.peer;
}

function callCard(call) {
  const ringing = call.state === "offered";
  if (!call.open) {
    return make("article", { class: "alarm", "data-severity": "warning" }, make("div", { class: "head" },
      chip("bad", "✕", titled(call.state_title)), make("h3", {}, `${titled(call.device_title)} – ${peer(call)}`),
      make("span", { class: "quiet push" }, `${clockTime(call.offered)} · ${call.reason}`)));
  }
  const buttons = [make("button", { type: "button", "data-key": `e${call.id}`, on: () =>
    tell("EndCall", titled(call.device_title), { call: call.id }) }, text("tell-EndCall"))];
  if (ringing) {
    buttons.unshift(make("button", { type: "button", class: "primary", "data-key": `t${call.id}`, on: () =>
      tell("AnswerCall", titled(call.device_title), { call: call.id }) }, text("tell-AnswerCall")));
  }
  return make("article", { class: "alarm", "data-severity": ringing ? "warning" : "call" },
    make("div", { class: "row" },
      make("div", { class: "head" }, chip(ringing ? "warning" : "good", "☎", titled(call.state_title)),
        make("h3", {}, `${titled(call.device_title)} – ${peer(call)}`),
        make("span", { class: "quiet" }, text("since", { time: clockTime(call.answered ?? call.offered) }))),
      make("div", { class: "buttons" }, ...buttons)));
}

// ---- duty -------------------------------------------------------------------------------------

const GUARD = { "on post": ["good", "✓"], away: ["bad", "✕"], inattentive: ["uncertain", "!"],
  "without equipment": ["uncertain", "!"], unknown: ["uncertain", "?"] };

function postItem(post) {
  const shown = post.held ? post.states.map((one) => chip(...GUARD[one], text(`guard-${one}`)))
    : [chip("plain", "–", text("off-duty"))];
  const lines = [];
  if (post.held) {
    lines.push(post.rostered.length ? post.rostered.map((one) => `${titled(one.role_title)} ${one.person}`).join(text("and"))
      : text("nobody-rostered"));
  }
  const silent = post.held && post.check_in_due && Date.parse(post.check_in_due) < state.serverNow;
  if (post.held && post.check_in_due && !silent) lines.push(text("check-in-due", { time: clockTime(post.check_in_due) }));
  const gaps = silent ? [make("small", { class: "late" }, text("check-in-late", { time: clockTime(post.check_in_due) }))] : [];
  gaps.push(...post.gaps.map((gap) => make("small", { class: "late" }, text("gap", { from: clockTime(gap.begin).slice(0, 5),
    until: clockTime(gap.end).slice(0, 5), roles: gap.missing.map(titled).join(text("or")) || text("anybody") }))));
  return make("li", {}, make("span", {}, titled(post.title), post.peak ? make("small", {}, ` · ${text("peak")}`) : null),
    ...shown, make("small", { class: "wide" }, lines.join(" · ")), ...gaps,
    post.held && post.check_in_due ? make("button", { type: "button", class: "small", "data-key": `i${post.id}`, on: () =>
      tell("CheckIn", titled(post.title), { post: post.id }) }, text("tell-CheckIn")) : null);
}

function patrolItem(patrol) {
  const [begin, end] = patrol.window;
  const on = begin && Date.parse(begin) <= state.serverNow;
  const done = patrol.done && (!begin || patrol.done >= begin);
  const word = done ? ["good", "✓", text("patrol-done", { time: clockTime(patrol.done).slice(0, 5) })]
    : on ? ["wait", "…", text("patrol-due", { time: clockTime(end).slice(0, 5) })]
      : ["plain", "–", begin ? text("patrol-next", { time: clockTime(begin).slice(0, 5) }) : text("no-window")];
  return make("li", {}, make("span", {}, titled(patrol.title)), chip(...word),
    on && !done ? make("button", { type: "button", class: "small", "data-key": `d${patrol.id}`, on: () =>
      tell("PatrolDone", titled(patrol.title), { patrol: patrol.id }) }, text("tell-PatrolDone")) : null);
}

// ---- visitors, functions, who cannot be reached -----------------------------------------------

function visitItem(visit) {
  const next = visit.state === "admitted" ? text("inside") : visit.next_title ? text("next", { step: titled(visit.next_title) }) : "";
  const shown = visit.held ? chip("bad", "!", text("held"))
    : visit.violations.length ? chip("bad", "!", text("violated"))
      : chip(visit.state === "admitted" ? "good" : "wait", visit.state === "admitted" ? "✓" : "…", text(`visit-${visit.state}`));
  return make("li", {}, make("span", {}, visit.visitor, make("small", {}, ` · ${visit.purpose}`)),
    make("small", {}, [next, text("since", { time: clockTime(visit.since).slice(0, 5) })].filter(Boolean).join(" · ")), shown);
}

function functionItem(one) {
  const lacks = [...new Set(one.lacks.map((lack) => titled(named(lack.subject)) || text(`lack-${lack.subject}`)))];
  return make("li", {}, make("span", {}, titled(one.title)),
    one.effective ? null : make("small", { class: "wide" }, lacks.join(text("and"))),
    chip(one.effective ? "good" : "bad", one.effective ? "✓" : "✕", text(one.effective ? "works" : "lacking")));
}

function panel(heading, items, none, extra = null) {
  return make("article", { class: "panel" }, make("h3", {}, heading),
    items.length ? make("ul", {}, ...items) : make("p", { class: "quiet" }, none), extra);
}

function missed() {
  const ids = new Set([...state.duty.posts, ...state.duty.patrols].filter(mine).map((one) => one.id));
  const found = state.duty.missed.filter((one) => ids.has(one.subject));
  if (!found.length) return null;
  return make("details", { "data-id": "missed" }, make("summary", {}, text("missed", { n: found.length })),
    make("ul", {}, ...found.map((one) => make("li", {}, make("span", {}, titled(one.title)),
      make("small", {}, text(`missed-${one.what}`, { time: clockTime(one.at).slice(0, 5) }))))));
}

export function drawGate() {
  refill($("call-list"), state.calls.filter((one) => mine(one) && (one.open
    || (one.state === "failed" && state.serverNow - Date.parse(one.over) < FAILED_SHOWN_MS))).map(callCard));
  refill($("warning-list"), state.warnings.filter((one) => !one.handled && mine(one)).map(warningCard));
  const inside = state.visits.inside.find(mine);
  const visits = state.visits.visits.filter(mine);
  refill($("duty-list"), [
    panel(text("posts"), [...state.duty.posts.filter(mine).map(postItem), ...state.duty.patrols.filter(mine).map(patrolItem)],
      text("no-posts"), missed()),
    panel(text("visitors"), visits.map(visitItem), text("no-visitors"),
      inside ? make("p", { class: "quiet" }, text("persons-inside", { n: inside.persons })) : null),
    panel(text("functions"), state.functions.filter(mine).map(functionItem), ""),
  ]);
  const mute = state.channels.filter((one) => !one.channel);
  $("no-channel").hidden = mute.length === 0;
  put($("no-channel-roles"), mute.map((one) => text("role-count",
    { role: text(`role-${one.role}`), n: one.people.length })).join(text("and")));
}
