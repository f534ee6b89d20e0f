// What Node.js takes by itself
console.log("up");
setInterval(() => {}, 1000);
