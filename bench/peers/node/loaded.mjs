// What Node.js takes with zeromq.js loaded, and nothing done with it
import "zeromq";

console.log("up");
setInterval(() => {}, 1000);
