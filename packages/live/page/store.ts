/** What the page knows, and how it is told. */
import { batch, computed, signal } from "@preact/signals";
import { type Command, type Hello, type LiveMessage, type View, VIEWS } from "../src/messages.js";
import { LiveState } from "../src/state.js";
import type { Words } from "./en.js";

/** After how much silence of its server the page takes it for lost, in milliseconds. */
const SILENCE = 3000;

/** How often what is not a chart is drawn again, in milliseconds: as often as roles tell their counts. */
const CALM = 200;

/** How much longer than a picture takes it is to the next, and how long at most, in milliseconds. */
const REST = 4;
const MAX_REST = 500;

export type Connection = "connecting" | "live" | "lost";

/** What has been told; it changes without notice, and then {@link version} does. */
export let state = new LiveState();

export const version = signal(0);
/** As {@link version}, but for what need not be drawn with each span: a few times a second, and at once with any news. */
export const newsVersion = signal(0);
export const connection = signal<Connection>("connecting");
export const hello = signal<Hello | undefined>(undefined);
export const isPaused = signal(false);
/** When the page was last told something, in milliseconds since 1970. */
const toldAt = signal(Date.now());
/** The time of the picture. */
export const now = signal(Date.now());
export const failure = signal("");

export const canControl = computed(() => hello.value?.token !== undefined);

// --- What the reader has chosen

const stored = (key: string) => {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
};

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It is not kept, then
  }
}

const fromHash = () => VIEWS.find((each) => each === location.hash.slice(1));

export const view = signal<View>(fromHash() ?? "pipeline");
addEventListener("hashchange", () => (view.value = fromHash() ?? view.value));

type Language = "en" | "zh";

export const language = signal<Language>(
  (stored("language") ?? navigator.language).startsWith("zh") ? "zh" : "en",
);

/** All that the page says. */
export const words = signal({} as Words);

/** Loads the words of a language: a reader needs those of one. Nothing is drawn before. */
export async function speak(next: Language): Promise<void> {
  const loaded = await (next === "zh" ? import("./zh.js") : import("./en.js"));
  words.value = loaded.words;
  language.value = next;
}

export async function switchLanguage(): Promise<void> {
  await speak(language.value === "zh" ? "en" : "zh");
  store("language", language.value);
}

const root = document.documentElement;
root.dataset["theme"] = stored("theme") ?? "";

export function switchTheme(): void {
  const isDark =
    root.dataset["theme"] === "dark" ||
    (root.dataset["theme"] === "" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset["theme"] = isDark ? "light" : "dark";
  store("theme", root.dataset["theme"]);
}

// --- The stream of events

let source: EventSource | undefined;
/** What the server has said first; the state so far comes next. */
let opening: Hello | undefined;
let backlog: LiveMessage[] = [];
let isDrawn = true;

export function connect(): void {
  source?.close();
  source = new EventSource("/events");
  source.addEventListener("hello", (event) => {
    opening = JSON.parse(event.data as string) as Hello;
    backlog = [];
  });
  source.addEventListener("message", (event) => {
    backlog.push(...(JSON.parse(event.data as string) as LiveMessage[]));
    if (opening === undefined) hear();
    else begin(opening);
  });
  source.addEventListener("error", () => {
    lose();
    // Where the browser does not try again by itself
    if (source?.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
  });
}

let first = () => {};

/** Resolves when the first state has come. */
export const begun = new Promise<void>((resolve) => (first = resolve));

/** The state so far has come: it is drawn at once. */
function begin(by: Hello): void {
  opening = undefined;
  first();
  toldAt.value = Date.now();
  batch(() => {
    state = new LiveState();
    hello.value = by;
    connection.value = "live";
    draw();
  });
}

function hear(): void {
  toldAt.value = Date.now();
  if (connection.value === "lost") connection.value = "live";
  // Nothing is drawn in a tab that is hidden, and nothing must pile up
  if (document.hidden && !isPaused.value) takeIn(Date.now());
  if (isPaused.value || !isDrawn) return;
  isDrawn = false;
  // A picture that takes long is drawn less often: most of the time there is for all else
  const rest = Math.min(drawTime * REST, MAX_REST) - (performance.now() - drawnAt);
  setTimeout(() => requestAnimationFrame(() => (isPaused.value ? (isDrawn = true) : draw())), rest);
}

/** How long the latest picture took, with all that the browser did for it, and when it was begun. */
let drawTime = 0;
let drawnAt = 0;

function draw(): void {
  isDrawn = true;
  drawnAt = performance.now();
  setTimeout(() => (drawTime = performance.now() - drawnAt));
  const time = Date.now();
  const isNews = backlog.some(({ topic }) => topic !== "span" && topic !== "tick");
  batch(() => {
    takeIn(time);
    now.value = time;
    version.value += 1;
    if (isNews || time - newsAt >= CALM) tellNews();
    else newsTimer ??= setTimeout(tellNews, CALM);
  });
}

function takeIn(time: number): void {
  for (const message of backlog) state.apply(message, time);
  backlog = [];
}

let newsAt = 0;
let newsTimer: ReturnType<typeof setTimeout> | undefined;

function tellNews(): void {
  clearTimeout(newsTimer);
  newsTimer = undefined;
  if (isPaused.value) return;
  newsAt = Date.now();
  newsVersion.value += 1;
}

function lose(): void {
  if (connection.value === "live") connection.value = "lost";
}

/** Seconds since the server was heard of; it changes once a second while the connection is lost. */
export const silentFor = signal(0);

setInterval(() => {
  const silence = Date.now() - toldAt.value;
  if (silence > SILENCE) lose();
  silentFor.value = Math.round(silence / 1000);
}, 500);

export function pause(): void {
  isPaused.value = !isPaused.value;
  if (!isPaused.value) hear();
}

// --- Commands

export async function command(what: Command): Promise<void> {
  const token = hello.value?.token;
  if (token === undefined) return;
  const response = await fetch("/command", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Token": token },
    body: JSON.stringify(what),
  }).catch(() => undefined);
  failure.value = response?.ok === true ? "" : (await response?.text()) || String(response?.status ?? "");
}
