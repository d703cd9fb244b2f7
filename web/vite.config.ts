import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env["CHATROOM_SERVER"] ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "../chatroom/static",
    emptyOutDir: true,
    // Data URLs would need `font-src data:` and `img-src data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What the first page needs is one file, not a dozen: each small one would cost a request of its own.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } },
    },
    target: "es2024",
  },
  server: {
    port: 5173,
    proxy: { "/api": server, "/lounges": server, "/socket.io": { target: server, ws: true } },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
