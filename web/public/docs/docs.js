// Shows the two documents of the contract: every operation with its input, answer and refusals.
const main = document.getElementById("main");
const search = document.getElementById("search");

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

const nameOf = (ref) => ref.split("/").pop().replaceAll("~1", "/");

/** What a schema is, in a few words; named ones by their name. */
function typeOf(schema) {
  if (!schema) return "nothing";
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const several = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (several) return several.map(typeOf).join(schema.allOf ? " & " : " | ");
  if (schema.type === "array") return `${typeOf(schema.items)}[]`;
  if (schema.properties) return `{ ${Object.keys(schema.properties).join(", ")} }`;
  return [schema.type ?? "any value"].flat().join(" | ");
}

function table(schema, schemas) {
  const whole = schema?.$ref ? schemas[nameOf(schema.$ref)] : schema;
  if (!whole?.properties) return element("p", typeOf(schema));
  const rows = Object.entries(whole.properties).map(([name, field]) => {
    const optional = whole.required?.includes(name) ? "" : "optional";
    const notes = [optional, field.description].filter(Boolean).join(", ");
    return element("tr", element("td", element("code", name)), element("td", typeOf(field)), element("td", notes));
  });
  const made = element("div", element("table", ...rows));
  made.className = "schema";
  return made;
}

function entry(title, text, parts) {
  const head = element("summary", element("code", title), " ", element("span", text ?? ""));
  const made = element("details", head);
  for (const [heading, content] of parts) made.append(element("h4", heading), content);
  made.dataset.words = `${title} ${text ?? ""}`.toLowerCase();
  return made;
}

function operations(http) {
  const schemas = http.components.schemas;
  const found = [];
  for (const [path, methods] of Object.entries(http.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const parts = [];
      if (operation.parameters) {
        const properties = Object.fromEntries(operation.parameters.map((each) => [each.name, each.schema]));
        const required = operation.parameters.filter((each) => each.required).map((each) => each.name);
        parts.push(["Parameters", table({ properties, required }, schemas)]);
      }
      const body = operation.requestBody?.content["application/json"].schema;
      if (body) parts.push(["Body", table(body, schemas)]);
      for (const [status, answer] of Object.entries(operation.responses)) {
        const schema = answer.content?.["application/json"].schema;
        if (schema && !answer.$ref) parts.push([`Answer ${status}`, table(schema, schemas)]);
      }
      const refusals = Object.keys(operation.responses).filter((status) => status >= "400");
      parts.push(["Refused with", element("p", refusals.join(", ") || "nothing")]);
      found.push([operation.tags[0], entry(`${method.toUpperCase()} ${path}`, operation.summary, parts)]);
    }
  }
  return found;
}

function events(sockets) {
  const { schemas, messages } = sockets.components;
  return Object.entries(messages).map(([key, message]) => {
    const [kind] = key.split(".");
    const heading = { emit: "socket: emit", ack: "socket: acknowledgements", event: "socket: listen" }[kind];
    return [heading, entry(message.name, message.summary, [["Payload", table(message.payload, schemas)]])];
  });
}

function show(entries) {
  const groups = Map.groupBy(entries, ([group]) => group);
  main.replaceChildren(
    ...[...groups].map(([group, each]) => element("section", element("h2", group), ...each.map(([, made]) => made))),
  );
}

search.addEventListener("input", () => {
  const word = search.value.trim().toLowerCase();
  for (const each of main.querySelectorAll("details")) each.hidden = !each.dataset.words.includes(word);
});

try {
  const load = (path) => fetch(path).then((answer) => answer.json());
  const [http, sockets] = await Promise.all([load("/openapi.json"), load("/asyncapi.json")]);
  show([...operations(http), ...events(sockets)]);
} catch {
  main.textContent = "The documents could not be loaded. Reload the page to try again.";
}
