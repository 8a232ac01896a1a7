import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveFolder } from "./serve.ts";

const folder = `${mkdtempSync(join(tmpdir(), "ring-serve-"))}/`;
mkdirSync(`${folder}dist/lesson`, { recursive: true });
writeFileSync(`${folder}secret.txt`, "secret");
writeFileSync(`${folder}dist/index.html`, "<p>home</p>".repeat(50));
writeFileSync(`${folder}dist/lesson/index.html`, "<p>lesson</p>");
writeFileSync(`${folder}dist/404.html`, "<p>nothing here</p>");
const server = serveFolder(`${folder}dist/`);
beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** A request as sent: fetch would tidy `..` away first. */
function get(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((done, fail) => {
    const { port } = server.address() as AddressInfo;
    const call = request({ port, host: "127.0.0.1", path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () =>
        done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    call.on("error", fail).end();
  });
}

test("/ is index.html, gzipped for who takes it", async () => {
  const plain = await get("/");
  expect(plain.body.toString()).toBe("<p>home</p>".repeat(50));
  const zipped = await get("/", { "accept-encoding": "gzip, br" });
  expect(zipped.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(zipped.body).toString()).toBe(plain.body.toString());
});

test("/lesson goes to /lesson/, so that relative links hold", async () => {
  const { status, headers } = await get("/lesson?x=1");
  expect([status, headers.location]).toEqual([301, "/lesson/?x=1"]);
});

test("an unchanged file is answered with 304 and no body", async () => {
  const { headers } = await get("/lesson/");
  const again = await get("/lesson/", { "if-none-match": String(headers.etag) });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});

test("a missing page is 404 with the site's own page", async () => {
  const { status, body } = await get("/nowhere/");
  expect([status, body.toString()]).toEqual([404, "<p>nothing here</p>"]);
});

test("nothing outside the folder is served", async () => {
  for (const path of ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/lesson/..%2f..%2fsecret.txt"]) {
    const { body } = await get(path);
    expect(body.toString(), path).not.toContain("secret");
  }
});
