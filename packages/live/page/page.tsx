/** The live page. */
import { render } from "preact";
import { App } from "./app.js";
import { connect } from "./store.js";

render(<App />, document.body);
connect();
