/** A registry of npm on loopback that has one package, packed here; for all others it sends to the real one. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";

export type Registry = { readonly url: string; readonly close: () => void };

/**
 * @param tarball - what `npm pack` wrote
 * @param manifest - its package.json
 * @param upstream - the registry that has the others
 */
export async function startRegistry(
  tarball: string,
  manifest: Readonly<Record<string, unknown>>,
  upstream: string,
): Promise<Registry> {
  const bytes = readFileSync(tarball);
  const file = basename(tarball);
  const server = createServer(({ url = "" }, response) => {
    if (url === `/${manifest.name}`) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(packument()));
    } else if (url === `/${file}`) response.end(bytes);
    else response.writeHead(302, { location: new URL(url.slice(1), upstream).href }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  const url = `http://127.0.0.1:${address.port}/`;
  const packument = (): unknown => {
    const { name, version } = manifest;
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const dist = { tarball: `${url}${file}`, integrity };
    return {
      name,
      "dist-tags": { latest: version },
      versions: { [String(version)]: { ...manifest, dist } },
    };
  };
  return { url, close: () => server.close() };
}
