import { execFileSync } from 'node:child_process';

/** Where this machine has Debian's packages from, as its apt is set up: a mirror of the house, or Debian itself. */
export function debianMirror(): string {
  const targets = execFileSync('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], { encoding: 'utf8' }).split('\n');
  const mirror = targets.find((uri) => uri !== '' && !uri.includes('security'));
  if (mirror === undefined) throw new Error('apt knows no source of packages here; add one to /etc/apt/sources.list.d.');
  return mirror.replace(/\/$/, '');
}
