import { describe, expect, test } from 'vitest';
import { chipOfLabel, gpioToolsVersion, readEdge, readHolders, readLevels } from '../../../../device/boards/gpio-tools.ts';

/** Printed by the tools of Debian 12 (1.6.3) and 13 (2.2.1) on the pl061 chip of a qemu arm64 guest whose line 5 was pressed from outside. */
const RECORDED = {
  1: {
    version: 'gpiomon (libgpiod) v1.6.3\nCopyright (C) 2017-2018 Bartosz Golaszewski\n',
    detect: 'gpiochip0 [9030000.pl061] (8 lines)\n',
    edges: '5 1 4 748975408\n5 0 4 851089696\n5 1 4 951347184\n5 0 5 52831760\n',
    info: `gpiochip0 - 8 lines:
	line   0:      unnamed       unused   input  active-high 
	line   4:      unnamed    "gpiomon"   input  active-high [used]
	line   5:      unnamed    "gpiomon"   input  active-high [used]
	line   6:      unnamed    "gpioset"  output  active-high [used]
	line   7:      unnamed       unused   input  active-high 
`,
  },
  2: {
    version: 'gpiomon (libgpiod) v2.2.1\n',
    detect: 'gpiochip0 [9030000.pl061] (8 lines)\n',
    edges: '5 1 11.097074800\n5 2 11.197331200\n5 1 11.299062784\n5 2 11.400579296\n',
    info: `gpiochip0 - 8 lines:
	line   0:	unnamed         	input
	line   4:	unnamed         	input edges=both consumer=gpiomon
	line   5:	unnamed         	input edges=both consumer=gpiomon
	line   6:	unnamed         	output consumer=gpioset
	line   7:	unnamed         	input
`,
  },
} as const;

describe.each([1, 2] as const)('what libgpiod %i prints', (version) => {
  const { version: printed, detect, edges, info } = RECORDED[version];

  test('its version and its chips', () => {
    expect(gpioToolsVersion(printed)).toBe(version);
    expect(chipOfLabel(detect, '9030000.pl061')).toBe('gpiochip0');
    expect(chipOfLabel(detect, 'pinctrl-rp1')).toBeNull();
  });

  test('its edges, in the order and at the distance in which they came', () => {
    const read = edges
      .trim()
      .split('\n')
      .map((line) => readEdge(version, line));
    expect(read.map((edge) => [edge?.pin, edge?.high])).toEqual([
      [5, true],
      [5, false],
      [5, true],
      [5, false],
    ]);
    const stamps = read.map((edge) => Number(edge?.atNs) / 1e6);
    for (const [index, atMs] of stamps.slice(1).entries()) expect(atMs - (stamps[index] ?? 0)).toBeCloseTo(101, -1);
  });

  test('who holds a line, and nobody else', () => {
    expect([...readHolders(info)]).toEqual([
      [4, 'gpiomon'],
      [5, 'gpiomon'],
      [6, 'gpioset'],
    ]);
  });

  test('never takes another line for an edge', () => {
    for (const line of ['', 'Terminated', 'event: RISING EDGE offset: 5', '5 1', '5 3 1 2', '5 1 11.5']) expect(readEdge(version, line)).toBeNull();
  });
});

test('version 1 prints nanoseconds without leading zeroes: 5 s and 52831760 ns is 5.052831760 s', () => {
  expect(readEdge(1, '5 0 5 52831760')?.atNs).toBe(5_052_831_760n);
});

test('levels are as many as were asked for, or none', () => {
  expect(readLevels('0 1\n', 2)).toEqual([false, true]);
  expect(readLevels('0 1\n', 3)).toBeNull();
  expect(readLevels('"4"=inactive', 1)).toBeNull();
});

test('a label stands for a chip whatever its number is', () => {
  const pi5 = 'gpiochip10 [gpio-brcmstb@107d508500] (32 lines)\ngpiochip4 [pinctrl-rp1] (54 lines)\n';
  expect(chipOfLabel(pi5, 'pinctrl-rp1')).toBe('gpiochip4');
});
