// The smallest client: everybody in the lobby hears everybody, by the one event `chat message`.
const socket = io();
const form = document.getElementById("form");
const input = document.getElementById("input");
const messages = document.getElementById("messages");

function show(text) {
  const item = document.createElement("li");
  item.dir = "auto";
  item.textContent = text;
  messages.appendChild(item);
  window.scrollTo(0, document.body.scrollHeight);
  return item;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value;
  if (!text) return;
  input.value = "";
  socket.emit("chat message", text, (answer) => {
    if (answer.ok) return;
    show(answer.error.message).className = "refused";
    if (!input.value) input.value = text;
  });
});

// A client may say any JSON value, not only text.
socket.on("chat message", (said) => show(typeof said === "string" ? said : JSON.stringify(said)));
