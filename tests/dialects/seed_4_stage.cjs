// Runs the front end example of seed S4 as it stands: this file is the page around it, at another address.
// Arguments: url, token, roomId. Prints the messages that the example adds to its chat, one JSON line each.
const { readFileSync } = require("node:fs");
const { stripTypeScriptTypes } = require("node:module");
const path = require("node:path");
const vm = require("node:vm");
const client = require("socket.io-client");

const [url, token, roomId] = process.argv.slice(2);
const fetchHere = globalThis.fetch;
Object.assign(globalThis, {
  token,
  io: (_url, options) => client.io(url, options),
  fetch: (address, options) => fetchHere(url + address, options),
  addMessageToChat: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
});
Object.defineProperty(globalThis, "localStorage", { value: { getItem: (key) => ({ authToken: token })[key] } });

const example = stripTypeScriptTypes(readFileSync(path.join(__dirname, "seed_4_example.ts"), "utf8"));
const { socket, joinRoom, sendMessage, handleTyping } = vm.runInThisContext(
  `${example}\n;({ socket, joinRoom, sendMessage, handleTyping })`,
);
socket.on("connect", async () => {
  await joinRoom(roomId);
  sendMessage(roomId, "Hello everyone!");
  handleTyping(roomId);
});
