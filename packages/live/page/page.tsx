/** The live page. */
import { render } from "preact";
import { App } from "./app.js";
import { connect, language, speak } from "./store.js";

connect();
await speak(language.value);
render(<App />, document.body);
