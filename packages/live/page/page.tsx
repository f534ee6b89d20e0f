/** The live page. */
import { render } from "preact";
import { App } from "./app.js";
import { begun, connect, language, speak } from "./store.js";

/** How long nothing is drawn in the hope that the first picture has something in it, in milliseconds. */
const PATIENCE = 200;

connect();
const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
await Promise.all([speak(language.value), Promise.race([begun, patience])]);
render(<App />, document.body);
