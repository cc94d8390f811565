import { describe, expect, test } from 'vitest';
import { folderOf, type SourceFile, sourceFiles } from './source-tree.ts';

const files = sourceFiles('src', 'device');

/** Which of our folders each folder may import, besides itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'src/units': [],
  'src/limits': [],
  'src/limits.ts': ['src/units', 'src/limits'],
  'src/domain': ['src/units', 'src/limits.ts'],
  'src/wire': ['src/domain', 'src/units', 'src/limits.ts'],
  'src/ports': ['src/domain', 'src/units', 'src/limits.ts', 'src/wire'],
  'src/platform': ['src/ports', 'src/wire', 'src/domain', 'src/units', 'src/limits.ts'],
  'src/authoring': ['src/wire', 'src/domain', 'src/units', 'src/limits.ts'],
  'src/guests': ['src/platform', 'src/ports', 'src/wire', 'src/domain', 'src/units', 'src/limits.ts'],
  'src/headend': ['src/guests', 'src/authoring', 'src/platform', 'src/ports', 'src/wire', 'src/domain', 'src/units', 'src/limits.ts'],
  'src/cli': ['src/authoring', 'src/guests', 'src/headend', 'src/platform', 'src/ports', 'src/wire', 'src/domain', 'src/units', 'src/limits.ts', 'device'],
  device: ['src/guests', 'src/platform', 'src/ports', 'src/wire', 'src/domain', 'src/units', 'src/limits.ts'],
};

/** Between the folders of domain/, in the direction of dependence. */
const DOMAIN: Readonly<Record<string, readonly string[]>> = {
  credit: ['ledger'],
  usage: ['rating'],
  rating: ['ledger'],
  licence: ['rating', 'credit'],
  negotiation: ['ledger'],
};

/** Packages that only these places may import: everyone else goes through them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  xstate: ['device/session/'],
  'johnny-five': ['device/input/', 'device/panel/', 'device/boards/'],
  serialport: ['device/console/', 'device/boards/', 'device/input/', 'device/cash/'],
  'firmata-io': ['device/boards/'],
  'better-sqlite3': ['src/platform/', 'src/headend/stores/', 'device/stores/'],
  fastify: ['src/headend/http/', 'src/headend/operator/', 'device/screen/'],
  preact: ['device/screen/page/'],
  'preact/hooks': ['device/screen/page/'],
  uqr: ['device/screen/page/'],
  'sdp-transform': ['src/wire/'],
  'net-snmp': ['src/headend/gateway/'],
  '@peculiar/x509': ['src/headend/trust/'],
  'libxml2-wasm': ['src/authoring/'],
  koffi: ['src/platform/native/'],
};

function layerOf(path: string): string {
  if (path.startsWith('device/')) return 'device';
  return path === 'src/limits.ts' ? path : folderOf(path, 2);
}

function ours(file: SourceFile): readonly string[] {
  return file.imports.filter((name) => name.startsWith('src/') || name.startsWith('device/'));
}

function offences(judge: (file: SourceFile) => readonly string[]): readonly string[] {
  return files.flatMap((file) => judge(file).map((imported) => `${file.path} imports ${imported}`));
}

describe('imports go one way', () => {
  test('a layer imports only the layers below it', () => {
    const wrong = offences((file) => {
      const layer = layerOf(file.path);
      return ours(file).filter((name) => layerOf(name) !== layer && !(LAYERS[layer] ?? []).includes(layerOf(name)));
    });
    expect(wrong).toEqual([]);
  });

  test('every folder of src has its rule', () => {
    const unknown = files.filter((file) => LAYERS[layerOf(file.path)] === undefined).map((file) => file.path);
    expect(unknown).toEqual([]);
  });

  test('the folders of domain/ depend on each other only as ruled', () => {
    const wrong = offences((file) => {
      if (!file.path.startsWith('src/domain/')) return [];
      const folder = file.path.split('/')[2] ?? '';
      return ours(file).filter(
        (name) => name.startsWith('src/domain/') && name.split('/')[2] !== folder && !(DOMAIN[folder] ?? []).includes(name.split('/')[2] ?? ''),
      );
    });
    expect(wrong).toEqual([]);
  });

  test('domain/, wire/ and units/ know nothing of Node', () => {
    const pure = (path: string): boolean => /^src\/(domain|wire|units)\//.test(path);
    expect(offences((file) => (pure(file.path) ? file.imports.filter((name) => name.startsWith('node:')) : []))).toEqual([]);
  });

  test('each outside package stays behind its adapters', () => {
    const wrong = offences((file) =>
      file.imports.filter((name) => PACKAGES[name] !== undefined && !(PACKAGES[name] ?? []).some((place) => file.path.startsWith(place))),
    );
    expect(wrong).toEqual([]);
  });
});
