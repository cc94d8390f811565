import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is measured beside us; none of it is part of the project, so it is installed where it can be deleted. */
const PACKAGES = ['ilp-protocol-stream@2.7.2-alpha.3', 'ilp-protocol-ildcp@2.2.4-alpha.2', 'ilp-packet@3.1.4-alpha.2', '@noble/curves@2.4.0'];

/** @returns how to load one of them, or why they could not be had */
export function peerPackages(): { readonly load: (name: string) => unknown } | { readonly missing: string } {
  const folder = join(tmpdir(), 'ackbox-bench-peers');
  try {
    if (!existsSync(join(folder, 'node_modules', 'ilp-protocol-stream'))) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{"private":true}');
      execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...PACKAGES], { cwd: folder, stdio: 'pipe', timeout: 120_000 });
    }
    return { load: createRequire(join(folder, 'index.js')) };
  } catch (error) {
    return { missing: `npm could not install the peers: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}` };
  }
}
