// A small static server for dist/: what any static host does, and nothing more. No special headers: the course must
// work without them. Text is sent gzipped, so sizes seen in the browser are those a real host would give.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".xml": "application/xml",
};
const zippable = /^(text\/|application\/(json|wasm|xml)|image\/svg)/;
const zip = promisify(gzip);

interface File {
  body: Buffer;
  zipped: Buffer | undefined;
  type: string;
  etag: string;
}

/**
 * A server for the files in `folder` (ends with a slash), not yet listening. Requests wait for `ready`. Every other
 * method than GET and HEAD gets 405.
 */
export function serveFolder(folder: string, ready: Promise<unknown> = Promise.resolve()): Server {
  const cache = new Map<string, { mtimeMs: number; file: File }>();

  async function load(path: string): Promise<File | undefined> {
    const info = await stat(path).catch(() => undefined);
    if (!info?.isFile()) return undefined;
    const held = cache.get(path);
    if (held?.mtimeMs === info.mtimeMs) return held.file;
    const body = await readFile(path);
    const type = types[extname(path)] ?? "application/octet-stream";
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const file = { body, zipped: zippable.test(type) ? await zip(body) : undefined, type, etag };
    cache.set(path, { mtimeMs: info.mtimeMs, file });
    return file;
  }

  function send(request: IncomingMessage, response: ServerResponse, status: number, file: File, forever: boolean) {
    const fresh = request.headers["if-none-match"] === file.etag && status === 200;
    const zipped = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? "")) ? file.zipped : undefined;
    const body = zipped ?? file.body;
    response.writeHead(fresh ? 304 : status, {
      "Content-Type": file.type,
      ...(zipped && { "Content-Encoding": "gzip" }),
      ...(!fresh && { "Content-Length": body.length }),
      "Cache-Control": forever ? "public, max-age=31536000, immutable" : "no-cache",
      Vary: "Accept-Encoding",
      ETag: file.etag,
    });
    response.end(request.method === "HEAD" || fresh ? undefined : body);
  }

  return createServer(async (request, response) => {
    try {
      await ready;
      if (request.method !== "GET" && request.method !== "HEAD") {
        response.writeHead(405, { Allow: "GET, HEAD" }).end();
        return;
      }
      const url = new URL(request.url ?? "/", "http://localhost");
      let path: string;
      try {
        path = join(folder, normalize(decodeURIComponent(url.pathname)));
      } catch {
        response.writeHead(400).end();
        return;
      }
      if (!(path + sep).startsWith(folder)) {
        response.writeHead(400).end();
        return;
      }
      // A folder without its slash would make the page's relative links point one level too high.
      if (!url.pathname.endsWith("/") && (await stat(path).catch(() => undefined))?.isDirectory()) {
        response.writeHead(301, { Location: `${url.pathname}/${url.search}` }).end();
        return;
      }
      const file = await load(url.pathname.endsWith("/") ? join(path, "index.html") : path);
      if (file) return send(request, response, 200, file, url.pathname.includes("/_astro/"));
      const missing = await load(join(folder, "404.html"));
      if (missing) return send(request, response, 404, missing, false);
      response.writeHead(404).end();
    } catch {
      response.writeHead(500).end();
    }
  });
}
