// Every message to everybody, by npm `ws`: the usual server of a page that shows spots.
import { createRequire } from "node:module";

const { WebSocketServer } = createRequire(`${process.env.PEERS_NODE ?? process.cwd()}/`)("ws");
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false });
server.on("connection", (client) => {
  client.on("error", () => client.terminate());
  client.on("message", (text) => {
    for (const other of server.clients) other.send(text, { binary: false });
  });
});
